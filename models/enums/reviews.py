"""Words of the review of documents (两步审查, domain §2.2)."""

from models.enums.base import LabelEnum


class DocumentVerdict(LabelEnum):
    """Complete and usable, or what is wrong with a document."""

    USABLE = "usable", "合格"
    MISSING = "missing", "缺件"
    ILLEGIBLE = "illegible", "不清晰"
    WRONG_FORM = "wrong_form", "格式不符"
    EXPIRED = "expired", "已过有效期"
    INCONSISTENT = "inconsistent", "内容不一致"
    UNSIGNED = "unsigned", "缺少签字或盖章"
    NOT_NEEDED = "not_needed", "本情形不需要"


SOUND_VERDICTS = (DocumentVerdict.USABLE, DocumentVerdict.NOT_NEEDED)
