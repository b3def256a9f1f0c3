"""Names of enterprises taken apart: place, trade name, line of business, legal form, branch (R-TAX-01).

有限责任公司 and 有限公司 are one form; 股份有限公司 is another, and 分公司 or 分店 is another party, so the branch is kept apart.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from services.rules.matching.regions import split_prefix
from services.rules.matching.traditional import TO_SIMPLIFIED

_PUNCTUATION = re.compile(r"[^0-9A-Z一-鿿]")
_BRACKETED = re.compile(r"[(（\[【<《「『]([^)）\]】>》」』]*)[)）\]】>》」』]")
_FORMS = {  # as written: as compared; the longest first
    "集团股份有限公司": "股份有限公司",
    "股份有限责任公司": "股份有限公司",
    "股份有限公司": "股份有限公司",
    "集团有限责任公司": "有限公司",
    "集团有限公司": "有限公司",
    "有限责任公司": "有限公司",
    "有限公司": "有限公司",
    "限责任公司": "有限公司",  # a character lost
    "有责任公司": "有限公司",
    "有限任公司": "有限公司",
    "有限责公司": "有限公司",
    "限公司": "有限公司",
    "股份公司": "股份有限公司",
    "总公司": "公司",
    "集团公司": "公司",
    "集团": "公司",
    "公司": "公司",
    "农民专业合作社联合社": "合作社",
    "农民专业合作社": "合作社",
    "专业合作社": "合作社",
    "合作社": "合作社",
    "个人独资企业": "企业",
    "合伙企业": "合伙企业",
    "经营部": "经营部",
    "门市部": "门市部",
    "营业部": "营业部",
    "服务部": "服务部",
    "经销部": "经营部",
    "加工厂": "厂",
    "总厂": "厂",
    "工厂": "厂",
    "厂": "厂",
    "商店": "店",
    "商行": "商行",
    "总店": "店",
    "店": "店",
    "部": "部",
    "中心": "中心",
    "工作室": "工作室",
    "事务所": "事务所",
    "社": "社",
}
_BRANCH = re.compile(
    r"(.*?(?:公司|集团(?!公司)|厂|店|社|中心|部|行(?!股份|有限)|局))(.{0,16}(?:[分支]公司|分店|分厂|分行|支行|分部|分社|分所|办事处|代表处|营业厅|第.{1,3}(?:店|门市部|分店|营业部)))$"
)
_INDUSTRIES = (
    "房地产开发 房地产 物业管理 物业服务 物业 建筑工程 建筑劳务 建筑装饰 建筑安装 建筑材料 建筑 建材 装饰工程 装饰 "
    "装修 市政工程 园林绿化 园林 水利水电 水电 电力 能源 燃气 石油 化工 化学 煤矿 煤业 矿业 冶金 钢铁 金属 五金交电 "
    "五金 机械制造 机械设备 机械 机电设备 机电 设备 电气 电器 电子科技 电子 通信 通讯 网络科技 网络 信息技术 信息 "
    "软件 计算机 科技发展 科技 技术 生物科技 生物 医药 制药 药业 药品 药房 医疗器械 医疗 保健 卫生 食品 粮油 粮食 "
    "酒业 酒类 饮料 茶业 茶叶 餐饮管理 餐饮 饮食 酒店管理 酒店 宾馆 旅馆 火锅 饭店 小吃 农业开发 农业 农产品 农资 "
    "种植 养殖 畜牧 水产 饲料 种业 林业 木业 家具 家私 纸业 印刷 印务 包装 纺织 服装 服饰 鞋业 皮革 丝绸 百货 超市 "
    "商贸 贸易 经贸 工贸 商业 物资 供销 销售 批发 零售 进出口 汽车销售 汽车贸易 汽车维修 汽车服务 汽车 汽修 摩托车 "
    "运输 货运 客运 物流 快递 仓储 旅游 旅行社 文化传播 文化 传媒 广告 影视 教育 培训 咨询 管理 投资管理 投资 担保 "
    "典当 拍卖 租赁 保险 金融 银行 测绘 设计 监理 检测 环保 清洁 保洁 家政 美容美发 美容 美发 理发 洗浴 娱乐 健身 "
    "体育 玩具 珠宝 眼镜 钟表 照相 摄影 服务 实业 实业发展 发展 开发 工程 塑料 橡胶 玻璃 陶瓷 水泥 砖 石材 电站 "
    "加油站 烟酒 副食 日杂 劳保 劳务 人力资源 保安 花卉 图书 书店 网吧 修理 加工 制造"
)
_INDUSTRY = re.compile("|".join(sorted(set(_INDUSTRIES.split()), key=lambda word: (-len(word), word))))
_SHORTEST_TRADE = 2
# what Sichuan's ear does not tell apart
_FOLDS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n"), "l"),
    (re.compile(r"ng$"), "n"),
    (re.compile(r"^hu"), "f"),
)


@dataclass(frozen=True, slots=True)
class NameParts:
    """`key` is the whole name normalised; `core` trade name and line of business; `sound` the trade name as heard."""

    key: str
    place: str
    trade: str
    industry: str
    form: str
    branch: str
    sound: str

    @property
    def core(self) -> str:
        return self.trade + self.industry


def simplify(text: str) -> str:
    """Half-width, upper case, simplified, without spaces and punctuation; brackets go, what they hold stays."""
    return _PUNCTUATION.sub("", _plain(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().translate(TO_SIMPLIFIED)


@lru_cache(maxsize=65536)
def _sound_of(char: str) -> str:
    heard = lazy_pinyin(char, style=Style.NORMAL)[0]
    for pattern, fold in _FOLDS:
        heard = pattern.sub(fold, heard)
    return heard


def sound(text: str) -> str:
    """As it is heard, a syllable a character, with Sichuan's folds (zh/z ch/c sh/s n/l ng/n hu/f)."""
    return " ".join(_sound_of(char) for char in text)


def split(name: str) -> NameParts:
    """Take a name apart; （成都） in the middle counts as a place in front."""
    plain = _plain(name)
    inner = [split_prefix(_PUNCTUATION.sub("", each) + "xx")[0] for each in _BRACKETED.findall(plain)]
    for each in filter(None, inner):
        plain = re.sub(rf"[(（\[【]\s*{re.escape(each)}\s*[)）\]】]", "", plain)
    whole = _PUNCTUATION.sub("", plain)
    place, rest = split_prefix(whole)
    rest, branch = _branch(rest)
    rest, form = _form(rest)
    trade, industry = _industry(rest)
    key = whole.replace("有限责任公司", "有限公司")
    return NameParts(key, place or "".join(filter(None, inner)), trade, industry, form, branch, sound(trade))


def _branch(text: str) -> tuple[str, str]:
    found = _BRANCH.match(text)
    return (found[1], found[2]) if found else (text, "")


def _form(text: str) -> tuple[str, str]:
    for written, form in _FORMS.items():
        if text.endswith(written) and len(text) > len(written):
            return text[: -len(written)], form
    return text, ""


def _industry(text: str) -> tuple[str, str]:
    """(trade name, line of business): the first word of business that leaves a trade name in front of it."""
    found = _INDUSTRY.search(text, _SHORTEST_TRADE)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")
