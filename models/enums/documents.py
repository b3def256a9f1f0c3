"""Words of the written vouchers (文书, domain §2.8)."""

from models.enums.base import LabelEnum


class DocumentKind(LabelEnum):
    RECEIPT = "receipt", "申请材料接收凭证"
    CORRECTION = "correction", "补正告知书"
    ACCEPTANCE = "acceptance", "受理通知书"
    REFUSAL = "refusal", "不予受理决定书"
    NOT_REQUIRED = "not_required", "不受理告知书"
    SPECIAL_PROCEDURE = "special_procedure", "特别程序告知书"
    EXTENSION = "extension", "延长期限告知书"
    GRANT = "grant", "准予行政许可决定书"
    DENIAL = "denial", "不予行政许可决定书"
    PICKUP = "pickup", "领取通知"
    DELIVERY = "delivery", "送达回证"
    WITHDRAWAL = "withdrawal", "撤回申请确认书"
    TERMINATION = "termination", "终止办理通知书"
    REVOCATION = "revocation", "撤销决定书"
    FEE_NOTICE = "fee_notice", "缴费通知书"
