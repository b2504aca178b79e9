// Presses every button of a page, and those of what opens so, and gives what is to be read then: {words: [{text, where, kind, after}], presses}.
async ([read, options]) => {
    const told = new Map(); // kind and text → what is told
    const pressed = window.crmPressed ??= new Set(); // on whichever page
    let presses = 0;
    let path = [];
    const note = (words) => words.forEach((w) => told.has(w.kind + w.text) || told.set(w.kind + w.text, { ...w, after: path.join(" → ") }));

    // What stands in front: a menu, a window or the page.
    const menu = () => [...document.querySelectorAll(":popover-open:not(.tooltip)")].at(-1);
    const front = () => menu() ?? app.modals.getTop() ?? document.body;
    // A button is known by where it stands and by its words; of many alike, each about another record, one is pressed.
    const plain = (text) => (text ?? "").replace(/\d+/g, "").replace(/\s+/g, " ").trim();
    const placeOf = (el) => {
        const layer = el.closest("[popover], .modal, .app-header, .page-sidebar");
        const part = plain(el.closest("section")?.querySelector("h2, h3")?.textContent);
        return (layer ? [layer.classList[0], layer.classList[1], layer.dataset.crmCollection, plain(layer.querySelector(".modal-title")?.textContent)]
            : [location.hash.replace(/\b[a-z0-9]{15}\b/, "")]).concat(part).join();
    };
    const nameOf = (el) => {
        const isOne = !el.matches("summary, .btn, .dropdown-item, .tab-item, .link-hint, .crm-choice, [data-view]");
        const classes = el.className.replace(/\b(active|loading|expanded|disabled|selected)\b/g, "");
        const words = el.type == "checkbox" ? el.name : isOne ? "" : el.textContent || el.ariaLabel;
        return [placeOf(el), plain(classes), el.querySelector("i")?.className, plain(words)].join("|");
    };
    const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && !el.disabled && !el.closest("[inert]");
    const buttons = (layer) => [...layer.querySelectorAll(
        "button, .btn, .dropdown-item, .tab-item, .link-hint, .select-option, .handle, [role=button], summary, input[type=checkbox]",
    )].filter((el) => shown(el) && !el.closest("a[href]") && !el.matches(options.never)
        && (el.closest("[popover], .modal") ?? document.body) == layer);

    // What is done is done when nothing was drawn for a while and nothing is asked of the server.
    const settled = async () => {
        const start = performance.now();
        let drawn = start;
        const observer = new MutationObserver(() => drawn = performance.now());
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        do {
            await new Promise((done) => setTimeout(done, 5));
        } while (performance.now() < start + 3000 && (performance.now() < Math.max(drawn, window.crmAnswered ?? 0) + 15 || window.crmAsking));
        observer.disconnect();
    };
    const lookAt = (layer) => {
        note(read(layer));
        document.querySelectorAll(".toast").forEach((toast) => note(read(toast)));
    };
    const leave = async (layer) => { // whatever is in front of a layer goes
        for (let i = 0; i < 6 && (menu() || app.modals.getTop()) && !(layer && front().contains(layer)); i++) {
            menu() ? menu().hidePopover() : app.modals.close(app.modals.getTop(), true);
            await Promise.resolve();
        }
        app.toasts.removeAll(false);
    };
    const press = async (button) => {
        button.form?.setAttribute("novalidate", "");
        presses++;
        button.click();
        await settled();
    };

    async function explore(layer, reopen, depth) { // depth: how many windows are in front of the page
        lookAt(layer);
        for (let n = 0; n < options.most; n++) {
            const next = buttons(layer).find((button) => !pressed.has(nameOf(button)));
            if (!next) {
                return;
            }
            const name = nameOf(next);
            pressed.add(name);
            const hash = location.hash;
            path.push((next.textContent.trim() || next.ariaLabel || next.title || next.className).slice(0, 30));
            await press(next);
            const now = front();
            if (now != layer && !now.contains(layer)) {
                const windows = depth + now.matches(".modal");
                const isMenu = depth == 0 || now.matches(".modal, .modal-header-dropdown"); // not the choices of a field
                if (windows <= options.deep && isMenu) {
                    const from = layer;
                    await explore(now, async () => {
                        const again = from.isConnected && buttons(from).find((button) => nameOf(button) == name);
                        again && await press(again);
                        return front();
                    }, windows);
                } else {
                    lookAt(now);
                }
            } else {
                lookAt(now == layer ? layer : now);
            }
            path.pop();
            if (location.hash != hash) {
                await leave(null);
                location.hash = hash;
                await settled();
            }
            await leave(layer);
            const isClosed = layer.matches(".modal:not([data-modal-state=open]), [popover]:not(:popover-open)");
            if (reopen && (isClosed || !layer.isConnected || !shown(layer))) {
                layer = await reopen();
                if (!layer.matches(".modal, [popover]")) {
                    return;
                }
            }
        }
    }
    if (!window.crmFetch) { // how many questions to the server are open, and when the last was answered
        window.crmFetch = window.fetch;
        window.crmAsking = 0;
        window.print = () => {};
        window.fetch = (...args) => {
            window.crmAsking++;
            return window.crmFetch(...args).finally(() => { window.crmAsking--; window.crmAnswered = performance.now(); });
        };
    }
    await settled();
    await explore(front(), null, 0);
    return { words: [...told.values()], presses };
}
