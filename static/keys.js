/* The keyboard of entry forms (ui/keyboard.py): Enter goes on, arrows choose, function keys take along what is being typed,
   and a marker on the page says where the focus goes. */
(() => {
  const AREA = '[class*="st-key-fields-"]';
  const STOPS = [
    'input:not([type="file"]):not([type="radio"]):not([type="checkbox"]):not([role="combobox"]):not([aria-haspopup])',
    "textarea",
    'button[data-testid="stBaseButton-primary"]',
  ].join(",");
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

  const step = (field, area, by) => {
    const all = stops(area);
    const next = all[all.indexOf(field) + 1];
    const group = [...area.querySelectorAll('[role="radiogroup"]')].find(
      (each) =>
        field.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING &&
        (!next || next.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_PRECEDING),
    );
    if (!group) return false;
    const choices = [...group.querySelectorAll('input[type="radio"]')];
    const at = choices.findIndex((choice) => choice.checked);
    const wanted = choices[Math.min(Math.max(at + by, 0), choices.length - 1)];
    if (wanted && !wanted.checked) wanted.click();
    return true;
  };

  const press = (event) => {
    const field = event.target;
    const area = field instanceof Element ? field.closest(AREA) : null;
    if (!area || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^F\d+$/.test(event.key) && field.matches("input, textarea")) {
      field.blur(); // hands over what was typed before the shortcut's button is pressed
      field.focus();
    } else if (event.key === "Enter" && isStop(field)) {
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

  const start = () => {
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["class"] });
    addEventListener("keydown", press, true);
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
