"""Which written voucher a step owes, how it is numbered, and what its template may say.

Sources: 行政许可法 art. 32, 38, 42, 44, 45, 59; domain §2.8, R-PAR-05.
"""

from collections.abc import Mapping
from typing import Any

from models.enums import CaseAction, CaseType, DocumentKind

A = CaseAction
K = DocumentKind

OWED_BY: dict[CaseAction, tuple[DocumentKind, ...]] = {
    A.REQUEST_CORRECTION: (K.CORRECTION,),
    A.ACCEPT: (K.ACCEPTANCE,),
    A.DEEM_ACCEPTED: (K.ACCEPTANCE,),
    A.REFUSE_ACCEPTANCE: (K.REFUSAL,),
    A.DECLARE_NOT_REQUIRED: (K.NOT_REQUIRED,),
    A.SUSPEND: (K.SPECIAL_PROCEDURE,),
    A.EXTEND: (K.EXTENSION,),
    A.GRANT: (K.GRANT, K.PICKUP),
    A.DENY: (K.DENIAL,),
    A.DELIVER: (K.DELIVERY,),
    A.WITHDRAW: (K.WITHDRAWAL,),
    A.EXPIRE_CORRECTION: (K.TERMINATION,),
    A.CLOSE_FORWARDED: (K.TERMINATION,),
    A.REVOKE: (K.REVOCATION,),
    A.ASK_FEE: (K.FEE_NOTICE,),
}
# an instant case is received, decided and handed over in one act: its voucher is the receipt
AT_ONCE = frozenset({A.ACCEPT, A.GRANT, A.DELIVER})

WORDS: dict[DocumentKind, str] = {
    K.CORRECTION: "补告",
    K.ACCEPTANCE: "受理",
    K.REFUSAL: "不予受",
    K.NOT_REQUIRED: "不受",
    K.SPECIAL_PROCEDURE: "特告",
    K.EXTENSION: "延告",
    K.GRANT: "准决",
    K.DENIAL: "不准决",
    K.PICKUP: "领通",
    K.DELIVERY: "送证",
    K.WITHDRAWAL: "撤确",
    K.TERMINATION: "终通",
    K.REVOCATION: "撤决",
    K.FEE_NOTICE: "缴通",
}

# what every template may name, with an example of it
COMMON: dict[str, Any] = {
    "文书名称": "",
    "文号": "受理〔2026〕00012号",
    "日期": "2026年11月26日",
    "地区": "成都高新区",
    "中心": "政务服务中心",
    "部门": "卫生健康局",
    "经办人": "王*明",
    "办件编号": "51010920261126000017",
    "事项": "公共场所卫生许可（新办）",
    "事项编码": "510109-0117",
    "申请人": "成都示例餐饮有限公司",
    "证件类型": "统一社会信用代码",
    "证件号码": "91**************2X",
    "代理人": "李*",
    "申请内容": "天府大道店",
    "收件时间": "2026年11月24日 09:30",
    "窗口": "政务服务中心 12 号窗口",
    "地址": "天府大道 1 号",
    "办公时间": "工作日 9:00-12:00，13:00-17:00",
    "咨询电话": "028-85000000",
    "监督电话": "028-85000001",
    "法律依据": "《公共场所卫生管理条例》第四条",
    "救济途径": "如不服本决定，可自收到之日起六十日内申请行政复议，或者自收到之日起六个月内向人民法院提起行政诉讼。",
    "查询网址": "http://localhost:8501/track",
    "二维码": "",
}
LINE = {"序号": "1", "名称": "租赁合同"}
OWN: dict[DocumentKind, dict[str, Any]] = {
    K.RECEIPT: {
        "查询码": "7Q2M-K9XD-4WPT1-8",
        "办件类型": "承诺件",
        "承诺期限": "2026年12月3日 17:00",
        "收件人": "王*明",
        "打印时间": "2026年11月26日 10:00",
        "材料数": "1",
        "并联事项数": "1",
        "材料": [{**LINE, "原件": "1", "复印件": "1", "情况": "已收"}],
        "并联事项": [{"序号": "1", "名称": "企业设立登记", "部门": "市场监督管理局"}],
    },
    K.CORRECTION: {
        "补正内容": [{**LINE, "问题": "缺页", "说明": "缺第 3 页"}],
        "补正期限": "2026年12月11日",
    },
    K.ACCEPTANCE: {
        "承诺期限": "2026年12月3日 17:00",
        "法定期限": "2026年12月24日 17:00",
        "受理日期": "2026年11月26日",
        "视为受理": "收到材料后五个工作日内没有告知补正，自收到之日起视为受理（《行政许可法》第三十二条）",
    },
    K.REFUSAL: {"理由": "本事项不属于本机关职权范围", "应向机关": "省卫生健康委员会"},
    K.NOT_REQUIRED: {"理由": "经营面积不足，依法不需要取得许可"},
    K.SPECIAL_PROCEDURE: {
        "程序": "检验检测",
        "程序依据": "《行政许可法》第四十五条",
        "理由": "需对空气质量进行检测",
        "预计结束日": "2026年12月10日",
    },
    K.EXTENSION: {
        "延长天数": "5",
        "理由": "需核实外地许可记录",
        "提请人": "王*明",
        "批准人": "李*华",
        "承诺期限": "2026年12月10日 17:00",
    },
    K.GRANT: {"结果名称": "卫生许可证", "意见": "同意"},
    K.DENIAL: {"理由": "现场检查不符合《公共场所卫生管理条例》第三条"},
    K.PICKUP: {"结果名称": "卫生许可证", "核验原件": [{**LINE}], "补交材料": [{**LINE}]},
    K.DELIVERY: {
        "结果名称": "卫生许可证",
        "领取人": "李*",
        "送达文书": [{"文书": "准予行政许可决定书", "文号": "准决〔2026〕00012号"}],
    },
    K.WITHDRAWAL: {"理由": "申请人改变经营计划"},
    K.TERMINATION: {"理由": "补正期限届满，申请人没有补正"},
    K.REVOCATION: {"理由": "核对原件时发现租赁合同与提交的不符"},
    K.FEE_NOTICE: {
        "缴费项目": [
            {
                "序号": "1",
                "事项": "公共场所卫生许可",
                "名称": "工本费",
                "标准": "10 元/证",
                "依据": "川价费〔2026〕1号",
                "金额": "10.00",
            }
        ],
        "合计": "10.00",
        "缴费期限": "2026年12月20日",
    },
}
# without these the voucher does not say what the law wants it to say
REQUIRED: dict[DocumentKind, tuple[str, ...]] = {
    K.RECEIPT: ("查询码", "材料"),
    K.CORRECTION: ("补正内容", "补正期限"),
    K.ACCEPTANCE: ("承诺期限",),
    K.REFUSAL: ("理由", "应向机关", "救济途径"),
    K.NOT_REQUIRED: ("理由",),
    K.SPECIAL_PROCEDURE: ("程序", "理由", "预计结束日"),
    K.EXTENSION: ("延长天数", "理由"),
    K.GRANT: ("结果名称",),
    K.DENIAL: ("理由", "救济途径"),
    K.PICKUP: ("窗口",),
    K.DELIVERY: ("领取人", "送达文书"),
    K.WITHDRAWAL: (),
    K.TERMINATION: ("理由",),
    K.REVOCATION: ("理由", "救济途径"),
    K.FEE_NOTICE: ("缴费项目", "合计", "缴费期限"),
}
ALWAYS = ("文号", "申请人", "事项", "日期")


def owed(action: CaseAction, case_type: CaseType) -> tuple[DocumentKind, ...]:
    """The vouchers of a step, in the order in which they are handed over."""
    if case_type is CaseType.IMMEDIATE and action in AT_ONCE:
        return ()
    return OWED_BY.get(action, ())


def number(kind: DocumentKind, year: int, serial: int) -> str:
    """受理〔2026〕00012号; each kind counts for itself within the year."""
    return f"{WORDS[kind]}〔{year}〕{serial:05d}号"


def title(kind: DocumentKind, *, is_permit: bool) -> str:
    """What the voucher is called; what is no administrative permit is not called one."""
    return kind.label if is_permit else kind.label.replace("行政许可", "办理")


def examples(kind: DocumentKind) -> Mapping[str, Any]:
    """Every placeholder of a kind with an example, its own first: what a template is checked and previewed with."""
    named = number(kind, 2026, 12) if kind in WORDS else COMMON["办件编号"]
    first = {"文书名称": kind.label, "文号": named} | OWN[kind]
    return first | {name: example for name, example in COMMON.items() if name not in first}


def required(kind: DocumentKind) -> tuple[str, ...]:
    """What the kind's template must name."""
    return (*ALWAYS, *REQUIRED[kind]) if kind is not K.RECEIPT else ("办件编号", "申请人", "事项", *REQUIRED[kind])
