// A net under the whole dashboard. shablon runs all that depends on a value in one go and never again once something in it threw: one
// mistake would freeze every page. So whatever is run for its sake is caught here, reported in the console, and leaves a gap instead.

const caught = (run) => typeof run != "function" || run.crmSafe ? run : Object.assign(function (...args) {
    try {
        return run.apply(this, args);
    } catch (err) {
        console.error("[touchbase]", err);
    }
}, { crmSafe: true });

const watchOf = window.watch;
window.watch = (tracked, callback) => watchOf(caught(tracked), caught(callback));

const elementOf = window.t;
window.t = new Proxy({}, {
    get: (_, tag) => (props, ...children) => {
        const safe = props && Object.defineProperties({}, Object.getOwnPropertyDescriptors(props));
        for (const key in safe) {
            const value = Object.getOwnPropertyDescriptor(safe, key);
            if (typeof value.value == "function") {
                safe[key] = caught(value.value);
            }
        }
        return elementOf[tag](safe, ...children.map((child) => Array.isArray(child) ? child.map(caught) : caught(child)));
    },
});

// safely lets other parts of the extension run what PocketBase calls in the middle of its own work.
window.crm = { safely: caught };
