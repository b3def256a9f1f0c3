"""Words of application forms."""

from models.enums.base import LabelEnum


class FieldKind(LabelEnum):
    """What a field of an application form takes."""

    TEXT = "text", "单行文字"
    LONG_TEXT = "long_text", "多行文字"
    NUMBER = "number", "数字"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    YES_NO = "yes_no", "是否"
    ID_NUMBER = "id_number", "身份证号"
    USCC = "uscc", "统一社会信用代码"
    PHONE = "phone", "电话"
    ADDRESS = "address", "地址"
