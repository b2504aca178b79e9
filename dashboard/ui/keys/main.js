// The keyboard stays in the window that is open: Tab goes from its last element to its first, and not to the page behind it. Escape closes
// it from wherever in it one is, as its button does, which asks before what was typed is lost.

const { crm } = window;
const focusable = "a[href], button, input, textarea, select, summary, [tabindex]:not([tabindex='-1']), [contenteditable=true]";
const isReached = (el) => !el.disabled && el.tabIndex >= 0 && !el.closest("[inert]") && el.checkVisibility({ visibilityProperty: true });

document.addEventListener("keydown", crm.safely((event) => {
    const modal = event.key == "Tab" && !event.defaultPrevented && app.modals.getTop();
    const active = document.activeElement;
    if (!modal || active?.closest(".toasts-container")) {
        return;
    }
    const all = [...modal.querySelectorAll(focusable)].filter(isReached);
    const [first, last] = [all[0], all.at(-1)];
    if (first && (!modal.contains(active) || active == (event.shiftKey ? first : last))) {
        event.preventDefault();
        (event.shiftKey ? last : first).focus();
    }
}));

document.addEventListener("keydown", crm.safely((event) => {
    const modal = event.key == "Escape" && !event.defaultPrevented && app.modals.getTop();
    const isOurs = modal && modal.matches(".crm-form, .crm-dialog, .crm-password");
    if (isOurs && event.target != modal && !document.querySelector(".dropdown:popover-open")) { // from the window itself PocketBase closes it
        app.modals.close(modal);
    }
}));
