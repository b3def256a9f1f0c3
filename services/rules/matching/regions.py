"""Names of places as they stand before a trade name or in an address: weak evidence, taken apart first (R-TAX-01)."""

import re

PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 "
    "云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
)
SICHUAN = (
    "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山 涪陵 "
    "万县 西昌 康定 马尔康 锦江 青羊 金牛 武侯 成华 龙泉驿 青白江 新都 温江 双流 郫都 郫县 新津 金堂 大邑 蒲江 "
    "都江堰 彭州 邛崃 崇州 简阳 高新 天府新区 自流井 贡井 大安 沿滩 荣县 富顺 米易 盐边 江阳 纳溪 龙马潭 泸县 合江 "
    "叙永 古蔺 旌阳 罗江 中江 广汉 什邡 绵竹 涪城 游仙 安州 安县 三台 盐亭 梓潼 北川 平武 江油 利州 昭化 朝天 旺苍 "
    "青川 剑阁 苍溪 船山 安居 蓬溪 射洪 大英 市中 东兴 威远 资中 隆昌 沙湾 五通桥 金口河 犍为 井研 夹江 沐川 峨边 "
    "马边 峨眉山 顺庆 高坪 嘉陵 南部 营山 蓬安 仪陇 西充 阆中 东坡 彭山 仁寿 洪雅 丹棱 青神 翠屏 南溪 叙州 江安 长宁 "
    "高县 珙县 筠连 兴文 屏山 前锋 岳池 武胜 邻水 华蓥 通川 达川 达县 宣汉 开江 大竹 渠县 万源 雨城 名山 荥经 汉源 "
    "石棉 天全 芦山 宝兴 巴州 恩阳 通江 南江 平昌 雁江 安岳 乐至 会理 会东 宁南 普格 布拖 金阳 昭觉 喜德 冕宁 越西 "
    "甘洛 美姑 雷波 木里 盐源 德昌 汶川 理县 茂县 松潘 九寨沟 金川 小金 黑水 壤塘 若尔盖 红原 泸定 丹巴 九龙 雅江 "
    "道孚 炉霍 新龙 德格 白玉 石渠 色达 理塘 巴塘 乡城 稻城 得荣"
)
_SUFFIX = r"(?:省|市|地区|自治州|(?:[藏羌彝回]族)+自治[州县]|自治县|新区|高新区|开发区|区|县|州)?"
_NAMES = sorted({*PROVINCES.split(), *SICHUAN.split()}, key=lambda name: (-len(name), name))
# a place the lists lack counts where its level is written, but never the 市 of 超市, nor the 区 of 小区
_WRITTEN = r"[一-鿿]{2,4}?(?:省|自治州|自治县|(?<![超门夜菜花股城都集上闹])市|(?<![小社园景山地])区|(?<!某)县)"
_KNOWN = re.compile(rf"(?:中国|国营)?(?:{'|'.join(_NAMES)}){_SUFFIX}(?![镇乡村街路道]|大[道街])")
_OTHER = re.compile(_WRITTEN)
_SHORTEST_REST = 2


def split_prefix(text: str, *, shortest_rest: int = _SHORTEST_REST) -> tuple[str, str]:
    """(places in front, the rest): 四川省成都市锦江区… All levels, short forms too; the rest keeps `shortest_rest`."""
    end = 0
    while match := _KNOWN.match(text, end) or _OTHER.match(text, end):
        if len(text) - match.end() < shortest_rest:
            break
        end = match.end()
    return text[:end], text[end:]
