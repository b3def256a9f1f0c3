/* Streamlit's own texts, which it has in English only, put into Chinese as they appear. What the pages write is left alone. */
(() => {
  const WORDS = {
    "Skip to main content": "跳到主要内容", "Main menu": "主菜单", "Sidebar": "侧栏", "App pages": "页面",
    "Expand sidebar": "展开侧栏", "Collapse sidebar": "收起侧栏", "Navigate to home page": "回到首页",
    "Settings": "设置", "Theme": "外观", "System": "跟随系统", "Light": "浅色", "Dark": "深色", "Print": "打印",
    "Rerun": "重新载入", "Stop": "停止", "Running...": "处理中…", "Loading...": "加载中…", "Loading": "加载中",
    "Please wait...": "请稍候…", "Connecting": "正在连接", "Connecting to Streamlit server": "正在连接服务器",
    "Connection error": "连接中断", "Connection closed": "连接已断开", "Try again": "重试", "Close": "关闭",
    "Cancel": "取消", "Cancel (Escape)": "取消（Esc）", "Copy": "复制", "Copy to clipboard": "复制",
    "Connection lost. Please wait for the app to reconnect, then try again.": "连接已断开，请等待自动重连后再试。",
    "Page not found": "页面不存在", "Notifications": "通知", "Script execution error": "页面运行错误",
    "The page that you have requested does not seem to exist. Running the app's main page.": "您访问的页面不存在，已转到首页。",
    "(required)": "（必填）", "This field is required.": "此项必填。", "Show password": "显示密码", "Hide password": "隐藏密码",
    "Show password text": "显示密码", "Hide password text": "隐藏密码",
    "Choose an option": "请选择", "Choose options": "请选择", "Choose or add an option": "请选择或输入", "Choose or add options": "请选择或输入",
    "Select...": "请选择", "Select all": "全选", "No results": "没有符合的选项", "No options": "没有可选项",
    "No options to select": "没有可选项", "No options to select.": "没有可选项。", "Show suggestions": "显示选项", "Open": "打开",
    "Selected values": "已选", "Clear value": "清除", "Clear entry": "清除", "Clear all": "全部清除", "Clear selection": "取消选择",
    "Choose date": "选择日期", "Choose date range": "选择日期范围", "Choose date and time": "选择日期时间", "Clear date": "清除日期",
    "Clear dates": "清除日期", "Clear date and time": "清除日期时间", "Clear time": "清除时间", "Calendar": "日历",
    "Date range": "日期范围", "Quick select a date range": "快速选择日期范围", "Previous month": "上个月", "Next month": "下个月",
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": "用方向键移动，回车选择，Esc 关闭。",
    "Increment": "增加", "Decrement": "减少", "Previous": "上一页", "Next": "下一页", "Previous page": "上一页", "Next page": "下一页",
    "Pagination": "分页", "Scroll tabs left": "向左滚动标签", "Scroll tabs right": "向右滚动标签",
    "Upload": "上传", "Uploading...": "正在上传…", "Upload failed": "上传失败", "Upload directories": "上传文件夹", "Add files": "添加文件",
    "Drag and drop a file here": "将文件拖放到这里", "Drag and drop files here": "将文件拖放到这里",
    "Drag and drop file here": "将文件拖放到这里", "Browse files": "选择文件", "File type not allowed.": "不接受这种类型的文件。",
    "Fullscreen": "全屏", "Close fullscreen": "退出全屏", "Search": "查找", "Close Search": "关闭查找", "Previous Result": "上一处", "Next Result": "下一处",
    "Show/hide columns": "显示或隐藏列", "Show data": "看数据", "Show chart": "看图", "Add row": "添加一行", "Delete row(s)": "删除所选行",
    "Download as CSV": "下载 CSV", "Download as PNG": "下载图片", "Download failed": "下载失败", "Dataframe column menu": "列菜单",
    "Copy column name": "复制列名", "Sort ascending": "升序", "Sort descending": "降序", "Autosize": "自动列宽", "Pin column": "固定列",
    "Unpin column": "取消固定", "Hide column": "隐藏列", "Format": "格式", "Rename": "改名", "Edit": "编辑", "Automatic": "自动",
    "Localized": "本地格式", "Plain": "原样", "Compact": "紧凑", "Percent": "百分数", "Scientific": "科学计数", "Accounting": "会计格式",
    "Dollar": "美元", "Euro": "欧元", "Yen": "日元", "Distance": "相对时间", "Duration": "时长", "Statistics": "统计", "Values": "值",
    "Count": "个数", "Empty": "空", "empty": "没有数据", "No data": "没有数据", "No content": "没有内容", "Distinct": "不同值", "Minimum": "最小",
    "Maximum": "最大", "Median": "中位数", "Average": "平均", "Range": "范围", "Sum": "合计", "Standard deviation": "标准差",
    "Minimum length": "最短", "Maximum length": "最长", "Average length": "平均长度", "Based on sample": "按样本", "About": "关于",
  };
  const SENTENCES = [
    [/^([\d.]+ ?[KMG]B) per file(?: • (.*))?$/, (_, size, kinds) => `单个文件不超过 ${size}${kinds ? "，" + kinds : ""}`],
    [/^Press Enter to apply$/, () => "按回车确认"],
    [/^Press Enter to submit form$/, () => "按回车提交"],
    [/^Press (?:⌘|Ctrl)\+Enter to apply$/, () => "按 Ctrl+回车 确认"],
    [/^Press (?:⌘|Ctrl)\+Enter to submit form$/, () => "按 Ctrl+回车 提交"],
    [/^Add: (.+)$/, (_, text) => `添加：${text}`],
    [/^Remove (.+)$/, (_, text) => `移除 ${text}`],
    [/^File must be (.+) or smaller\.?$/, (_, size) => `文件不能超过 ${size}。`],
    [/^(.+) files are not allowed\.$/, (_, kind) => `不接受 ${kind} 类型的文件。`],
    [/^Current value is (.*)$/, (_, text) => `当前值 ${text}`],
    [/^Page (\d+)(?: of (\d+))?$/, (_, n, all) => (all ? `第 ${n} 页，共 ${all} 页` : `第 ${n} 页`)],
    [/^Selected (.+?)\. (.+)$/, (_, value, label) => `${label} ${value}`],
  ];
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const OURS = '[data-testid="stMarkdownContainer"], textarea, code, pre';
  const THEIRS =
    '[data-testid="stFileUploader"], [data-testid="stStatusWidget"], [role="dialog"]:not([data-testid="stDialog"]), [data-testid="stMainMenu"], [data-testid="InputInstructions"]';

  const translated = (text) => {
    const word = text.trim();
    if (Object.hasOwn(WORDS, word)) return text.replace(word, WORDS[word]);
    const [verb, ...of] = word.split(": ");
    if (of.length && Object.hasOwn(WORDS, verb)) return `${WORDS[verb]}：${of.join(": ")}`;
    for (const [pattern, sentence] of SENTENCES) if (pattern.test(word)) return word.replace(pattern, sentence);
    return null;
  };
  const text = (node) => {
    const parent = node.parentElement;
    if (!parent || (parent.closest(OURS) && !parent.closest(THEIRS))) return;
    const chinese = translated(node.nodeValue);
    if (chinese !== null && chinese !== node.nodeValue) node.nodeValue = chinese;
  };
  const attributes = (element) => {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      const chinese = value && translated(value);
      if (chinese && chinese !== value) element.setAttribute(name, chinese);
    }
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) text(node);
    else if (node.nodeType === Node.ELEMENT_NODE) {
      attributes(node);
      node.childNodes.forEach(walk);
    }
  };
  const observe = (changes) => {
    for (const change of changes) {
      if (change.type === "attributes") attributes(change.target);
      else if (change.type === "characterData") text(change.target);
      else change.addedNodes.forEach(walk);
    }
  };
  const start = () => {
    walk(document.body);
    new MutationObserver(observe).observe(document.body, {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
    });
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
