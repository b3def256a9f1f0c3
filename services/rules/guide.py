"""The service guide (实施清单): every element of one item version as one typed document.

A version stores it as JSON; comparing, exporting, importing, restoring and printing all work on this document. Element
names follow domain §1.2. Lists hold rows with a stable `key`, so that a version's difference can say which row changed.
Sources: GB/T 39046-2020, GB/T 36114-2018, 国办函〔2016〕108号.
"""

import datetime as dt
from decimal import Decimal

from pydantic import Field

from models.enums import (
    Audience,
    BodyNature,
    CaseType,
    ConditionOperator,
    ConsultationMode,
    CopyKind,
    CrossRegionScope,
    ExerciseLevel,
    HandlingChannel,
    JoinRule,
    LimitUnit,
    Medium,
    Necessity,
    OnlineDepth,
    ResultType,
    ReviewMode,
    ServiceTarget,
    SourceChannel,
    SpecialKind,
    TaskKind,
    TrustLevel,
)
from services.rules.conditions import Condition
from services.rules.form_schema import Form
from services.rules.guide_parts import GuidePart as GuidePart
from services.rules.guide_parts import Text


class LegalBasis(GuidePart):
    law_name: Text = Field(title="法律法规名称")
    doc_no: Text = Field("", title="文号")
    article: Text = Field("", title="条款")
    text: Text = Field("", title="条文")
    issuer: Text = Field("", title="制定机关")
    effective_date: dt.date | None = Field(None, title="施行日期")


class Material(GuidePart):
    key: Text = Field("", title="材料键")
    name: Text = Field(title="材料名称")
    source_channel: SourceChannel = Field(SourceChannel.APPLICANT, title="来源渠道")
    issuer: Text = Field("", title="出具机构")
    medium: Medium = Field(Medium.BOTH, title="材料形式")
    copy_kind: CopyKind = Field(CopyKind.ORIGINAL, title="原件/复印件")
    originals: int = Field(1, ge=0, le=99, title="原件份数")
    copies: int = Field(0, ge=0, le=99, title="复印件份数")
    necessity: Necessity = Field(Necessity.REQUIRED, title="必要性")
    condition: Text = Field("", title="适用情形")
    trust_level: TrustLevel = Field(TrustLevel.C, title="可信等级")
    is_intermediary_report: bool = Field(False, title="中介报告")
    note: Text = Field("", title="填报须知")


class Step(GuidePart):
    name: Text = Field(title="环节")
    department: Text = Field("", title="责任部门")
    officer: Text = Field("", title="责任岗位")
    limit: int | None = Field(None, ge=0, title="环节时限")
    unit: LimitUnit = Field(LimitUnit.WORKDAY, title="时限单位")
    standard: Text = Field("", title="审查标准")


class SpecialProcedure(GuidePart):
    kind: SpecialKind = Field(SpecialKind.EXCLUDED, title="种类")
    name: Text = Field(title="特别程序名称")
    legal_basis: Text = Field("", title="依据")
    max_days: int | None = Field(None, ge=0, title="最长天数")


class Fee(GuidePart):
    name: Text = Field(title="收费项目")
    standard: Text = Field("", title="收费标准")
    amount: Decimal | None = Field(None, ge=0, title="金额(元)")
    basis: Text = Field("", title="收费依据")


class WindowPlace(GuidePart):
    place: Text = Field(title="办理地点")
    windows: Text = Field("", title="窗口")
    hours: Text = Field("", title="办理时间")
    traffic: Text = Field("", title="交通指引")


class Question(GuidePart):
    question: Text = Field(title="问题")
    answer: Text = Field("", title="解答")


class FlowStage(GuidePart):
    """One department's task in one stage; all four kinds of case are lists of these (design §4)."""

    stage: int = Field(1, ge=1, le=99, title="阶段")
    name: Text = Field("", title="任务")
    department: Text = Field("", title="部门")  # empty: the item's own
    kind: TaskKind = Field(TaskKind.PERMIT, title="性质")
    limit: int | None = Field(None, ge=0, title="时限")
    unit: LimitUnit = Field(LimitUnit.WORKDAY, title="时限单位")
    join: JoinRule = Field(JoinRule.ALL, title="汇合规则")
    quorum: int | None = Field(None, ge=1, title="同意票数")
    mode: ConsultationMode = Field(ConsultationMode.CIRCULATE, title="会签方式")
    when_fact: Text = Field("", title="条件项")
    when_operator: ConditionOperator | None = Field(None, title="条件关系")
    when_value: Text = Field("", title="条件值")

    @property
    def key(self) -> tuple[int, str]:
        return self.stage, self.department

    @property
    def condition(self) -> Condition | None:
        if not self.when_fact and self.when_operator is None:
            return None
        return Condition(self.when_fact, self.when_operator or ConditionOperator.FILLED, self.when_value)


class Guide(GuidePart):
    """All elements of a 实施清单. Empty where the body has not filled them; the lint says what publishing needs."""

    task_name: Text = Field("", title="事项名称", max_length=500)
    main_item: Text = Field("", title="主项名称", max_length=500)
    catalog_code: Text = Field("", title="基本编码", max_length=50)
    task_code: Text = Field("", title="实施编码", max_length=64)
    task_handle_item: Text = Field("", title="业务办理项编码", max_length=64)
    task_type: Text = Field("", title="事项类型", max_length=4)  # ItemType, or a local extension 11-19, 21-29
    regime: Text = Field("", title="时期")  # LEGACY_2008 marks items of the source's year
    source_note: Text = Field("", title="来源说明")

    by_law: list[LegalBasis] = Field(default_factory=list, title="设定依据")
    power_source: Text = Field("", title="权力来源")
    use_level: ExerciseLevel | None = Field(None, title="行使层级")
    power_division: Text = Field("", title="权限划分")
    exercise_content: Text = Field("", title="行使内容")
    dept_name: Text = Field("", title="实施主体")
    dept_code: Text = Field("", title="实施主体编码")
    dept_type: BodyNature | None = Field(None, title="实施主体性质")
    entrust_name: Text = Field("", title="委托部门")
    other_dept: list[Text] = Field(default_factory=list, title="联办机构")

    project_type: CaseType | None = Field(None, title="办件类型")
    review_mode: ReviewMode | None = Field(None, title="审查类型")
    anticipate_day: int | None = Field(None, ge=0, title="法定办结时限")
    anticipate_type: LimitUnit = Field(LimitUnit.WORKDAY, title="法定时限单位")
    anticipate_explain: Text = Field("", title="法定时限说明")
    promise_day: int | None = Field(None, ge=0, title="承诺办结时限")
    promise_type: LimitUnit = Field(LimitUnit.WORKDAY, title="承诺时限单位")
    promise_explain: Text = Field("", title="承诺时限说明")

    scope_of_application: Text = Field("", title="适用范围")
    accept_condition: Text = Field("", title="受理条件")
    prohibited: Text = Field("", title="禁止性要求")
    limit_explain: Text = Field("", title="数量限制")
    materials: list[Material] = Field(default_factory=list, title="申请材料")
    form: Form = Field(default_factory=list, title="申请表单")  # stored as JSON Schema
    handle_flow: list[Step] = Field(default_factory=list, title="办理流程")
    flow: list[FlowStage] = Field(default_factory=list, title="部门流程")
    special_procedure: list[SpecialProcedure] = Field(default_factory=list, title="特别程序")
    intermediary_services: list[Text] = Field(default_factory=list, title="中介服务")
    intermediary_basis: Text = Field("", title="中介服务依据")
    requires_results_of: list[Text] = Field(default_factory=list, title="前置事项编码")

    is_fee: bool = Field(False, title="是否收费")
    fee_basis: Text = Field("", title="收费依据")
    fee_items: list[Fee] = Field(default_factory=list, title="收费项目")

    result_name: Text = Field("", title="结果名称")
    result_type: ResultType | None = Field(None, title="结果类型")
    result_sample: Text = Field("", title="结果样本")

    link_way: Text = Field("", title="咨询方式")
    consult_phone: Text = Field("", title="咨询电话")
    supervise_way: Text = Field("", title="监督投诉方式")
    complain_phone: Text = Field("", title="监督电话")
    places: list[WindowPlace] = Field(default_factory=list, title="办理地点时间")

    serve_type: list[ServiceTarget] = Field(default_factory=list, title="服务对象")
    user_topic_type: list[Text] = Field(default_factory=list, title="个人主题")
    corp_topic_type: list[Text] = Field(default_factory=list, title="法人主题")
    handle_type: list[HandlingChannel] = Field(default_factory=list, title="办理形式")
    limit_scene_num: int | None = Field(None, ge=0, title="到办事现场次数")
    limit_scene_explain: Text = Field("", title="必须现场原因")
    handle_area: CrossRegionScope | None = Field(None, title="通办范围")
    is_online: bool = Field(False, title="是否网办")
    online_handle_depth: OnlineDepth | None = Field(None, title="网办深度")
    online_handle_url: Text = Field("", title="网办地址")
    is_entry_center: bool = Field(True, title="是否进驻大厅")
    is_schedule: bool = Field(False, title="是否预约")
    is_pay_online: bool = Field(False, title="网上支付")
    is_express: bool = Field(False, title="物流快递")

    applicant_rights: Text = Field("", title="申请人权利和义务")
    review_dept: Text = Field("", title="行政复议渠道")
    litigation_dept: Text = Field("", title="行政诉讼渠道")
    faq: list[Question] = Field(default_factory=list, title="常见问题")
    plan_effective_date: dt.date | None = Field(None, title="计划生效日期")
    plan_cancel_date: dt.date | None = Field(None, title="计划取消日期")

    @property
    def audiences(self) -> set[Audience]:
        """Who asks for it: a natural person, or anybody else."""
        found = {Audience.PERSON} if ServiceTarget.PERSON in self.serve_type else set()
        return found | ({Audience.ENTERPRISE} if set(self.serve_type) - {ServiceTarget.PERSON} else set())

    def stages(self) -> list[FlowStage]:
        """The department tasks of a case: one stage of the implementing body unless a flow is drawn."""
        return self.flow or [FlowStage(stage=1, department=self.dept_name)]
