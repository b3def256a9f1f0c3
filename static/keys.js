/* The keyboard of entry forms (ui/keyboard.py): Enter goes on, arrows choose, and a marker on the page says where the focus
   goes. On every page a function key works from within a text field, and takes along what is being typed there: by itself
   Streamlit lets no shortcut through that is pressed in a field, and keeps what was typed until the field is left. */
(() => {
  const AREA = '[class*="st-key-fields-"]';
  const STOPS = [
    'input:not([type="file"]):not([type="radio"]):not([type="checkbox"]):not([role="combobox"]):not([aria-haspopup])',
    "textarea",
    'button[data-testid="stBaseButton-primary"]',
  ].join(",");
  const TYPED = '[data-testid="stTextInput"], [data-testid="stTextArea"], [data-testid="stNumberInput"]';
  const MARKER = /^st-key-focus-\d+--(.+)$/;
  let seen = new Set();

  const stops = (area) => [...area.querySelectorAll(STOPS)].filter((stop) => !stop.disabled && stop.offsetParent !== null);
  const isStop = (field) => field.matches(STOPS) && field.tagName === "INPUT";

  const goOn = (field, area) => {
    const all = stops(area);
    const next = all[all.indexOf(field) + 1];
    if (next) next.focus();
    else field.blur();
  };

  const between = (area, one, other) =>
    [...area.querySelectorAll('[role="radiogroup"]')].find(
      (each) =>
        (!one || one.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING) &&
        (!other || other.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_PRECEDING),
    );

  /* The choice under the field; or the one just passed, while nothing is chosen in it. */
  const step = (field, area, by) => {
    const all = stops(area);
    const at = all.indexOf(field);
    let group = between(area, field, all[at + 1]);
    if (!group && at > 0) {
      group = between(area, all[at - 1], field);
      if (group?.querySelector("input:checked")) group = undefined;
    }
    if (!group) return false;
    const choices = [...group.querySelectorAll('input[type="radio"]')];
    const chosen = choices.findIndex((choice) => choice.checked);
    const wanted = choices[Math.min(Math.max(chosen + by, 0), choices.length - 1)];
    if (wanted && !wanted.checked) wanted.click();
    return true;
  };

  const relay = (event, field) => {
    field.blur();
    field.focus();
    const { key, code, keyCode, which } = event;
    const again = { key, code, keyCode, which, bubbles: true, cancelable: true };
    if (!document.body.dispatchEvent(new KeyboardEvent("keydown", again))) event.preventDefault();
    document.body.dispatchEvent(new KeyboardEvent("keyup", again));
  };

  const press = (event) => {
    const field = event.target;
    if (!(field instanceof Element) || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^F\d+$/.test(event.key) && field.closest(TYPED)) return relay(event, field);
    const area = field.closest(AREA);
    if (!area) return;
    if (event.key === "Enter" && isStop(field)) {
      event.preventDefault();
      goOn(field, area);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && isStop(field) && field.type !== "number") {
      if (step(field, area, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    }
  };

  const focus = (key, left = 40) => {
    const field = document.querySelector(`.st-key-${CSS.escape(key)} :is(input, textarea, button)`);
    if (!field) {
      if (left) setTimeout(() => focus(key, left - 1), 50);
      return;
    }
    field.focus();
    field.scrollIntoView({ block: "nearest" });
  };

  const look = () => {
    const present = new Set();
    document.querySelectorAll('[class*="st-key-focus-"]').forEach((marker) => {
      const name = [...marker.classList].find((each) => MARKER.test(each));
      if (!name) return;
      present.add(name);
      if (!seen.has(name)) focus(name.match(MARKER)[1]);
    });
    seen = present;
  };

  const holdBack = (event) => {
    const typed = [...document.querySelectorAll(`${AREA} input[type="text"]`)].some((field) => field.value);
    if (typed) event.preventDefault(); // the browser asks before a reload throws away what was typed
  };

  const start = () => {
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
    addEventListener("keydown", press, true);
    addEventListener("beforeunload", holdBack);
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
