// What PocketBase takes for granted and browsers in use do not have: Firefox before 147, Safari before 26. Newer ones run none of this.

const { crm } = window;

RegExp.escape ??= (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"); // Safari before 18.2

// What opens beside its button is placed there by the browser, as PocketBase's styles ask it to (anchor positioning). Those that know nothing
// of that leave it in a corner of the window: for them it is placed here.
const margin = 5; // PocketBase's, above and below
const sources = new WeakMap(); // beside what something opens

function place(popover, source) {
    const at = source.getBoundingClientRect();
    popover.style.setProperty("--crm-source-width", at.width + "px");
    const { offsetWidth: width, offsetHeight } = popover; // which do not count the movement it opens with
    const height = offsetHeight + 2 * margin;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = popover.matches(".left, .record-summary-dropdown") ? at.left : at.right - width;
    const top = at.bottom + height > clientHeight && at.top >= height ? at.top - height : at.bottom;
    const within = (value, room) => Math.max(0, Math.min(value, room));
    popover.style.inset = `${within(top, clientHeight - height)}px auto auto ${within(left, clientWidth - width)}px`;
}

// follow keeps it there while it is open: its content grows as it arrives, and what is under it is scrolled.
function follow(popover) {
    const source = sources.get(popover);
    if (source && popover.matches(":popover-open")) {
        place(popover, source);
        requestAnimationFrame(() => follow(popover));
    }
}

if (!CSS.supports("position-area", "bottom")) {
    document.addEventListener("click", crm.safely((event) => {
        const source = event.target.closest?.("button");
        const popover = source?.popoverTargetElement;
        if (popover) {
            sources.set(popover, source);
            if (popover.getAttribute("popover") == "hint" && popover.popover == "manual") { // not known either; it would stay open
                popover.popover = "auto";
            }
        }
    }), true);
    document.addEventListener("beforetoggle", crm.safely(({ target, newState }) => {
        if (newState == "open") {
            requestAnimationFrame(() => follow(target)); // once it is open, and before it is seen
        }
    }), true);
    const { showPopover } = HTMLElement.prototype;
    HTMLElement.prototype.showPopover = function (options) {
        if (options?.source) {
            sources.set(this, options.source);
        }
        return showPopover.call(this, options);
    };
}
