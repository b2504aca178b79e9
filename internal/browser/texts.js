(root) => { // everything a person can read in a part of the page, or hear from it: [{text, where, kind}]
    const read = [];
    const add = (text, el, kind) => {
        const clean = (text ?? "").replace(/\s+/g, " ").trim();
        if (clean) {
            const name = (e) => e && e !== document.body ? e.tagName.toLowerCase() + (typeof e.className == "string" && e.className.trim() ? "." + e.className.trim().split(/\s+/).slice(0, 2).join(".") : "") : "";
            read.push({ text: clean, kind, where: [name(el?.parentElement), name(el)].filter(Boolean).join(" > ") });
        }
    };
    const seen = (el) => el.checkVisibility({ visibilityProperty: true });
    // No words, but what programs write and read, and the names of services to sign in with.
    const code = [
        ".code-editor", "code", "pre", ".txt-code", ".label.handle", ".copy-to-clipboard", ".page-logs tbody", ".log-preview-modal tr",
        ".api-preview-alert .method", ".api-preview-alert .path", ".provider-card .content", ".provider-settings-modal .modal-title",
    ];
    const isCode = (el) => el.closest(code.join()) || el.matches(".api-preview-table td.min-width");
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const el = node.parentElement;
        if (!el.closest("script, style, option") && !isCode(el) && seen(el)) {
            add(node.data, el, "text");
        }
    }
    for (const el of root.querySelectorAll("*")) {
        if (!seen(el)) {
            continue;
        }
        for (const kind of isCode(el) ? [] : ["placeholder", "title", "aria-label", "aria-description", "alt", "data-placeholder", "data-name"]) {
            add(el.getAttribute(kind), el, kind);
        }
        if (el.tagName == "SELECT") {
            [...el.options].forEach((option) => add(option.text, option, "option"));
        }
    }
    if (root == document.body) {
        add(document.title, null, "title of the window");
    }
    return read;
}
