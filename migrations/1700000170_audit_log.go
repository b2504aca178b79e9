package migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// sealAuditLog are the triggers that let nobody take from the log or rewrite it, whatever way the statement came. The values
// alone may be blanked, on the request of the person they are about. REPLACE gets past them, which the chain shows; a trigger
// on every insert would cost a tenth of every write.
var sealAuditLog = []string{
	`CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
		BEGIN SELECT RAISE(ABORT, 'the audit log keeps every entry'); END`,
	`CREATE TRIGGER audit_log_no_update BEFORE UPDATE OF id, seq, at, actor, actor_collection, ip, action, collection,
		record, note, key, hash, created ON audit_log
		BEGIN SELECT RAISE(ABORT, 'the audit log is not rewritten'); END`,
}

func init() {
	m.Register(func(app core.App) error {
		log := newCollection("audit_log",
			required(date("at")),
			text("actor"), // texts, not relations: the entries of somebody deleted stay as they are
			text("actor_collection"),
			text("ip"),
			required(choice("action", "create", "update", "delete", "export", "reveal", "sign_in", "sign_in_failed", "policy",
				"merge", "import", "erase", "restore", "admin")),
			text("collection"),
			text("record"),
			&core.JSONField{Name: "changes", MaxSize: 8 * megabyte}, // a follow-up twice, every text at its longest
			long("note"),
			hidden(whole("seq")),
			hidden(text("hash")),
			hidden(text("key")),
			hidden(&core.JSONField{Name: "digests", MaxSize: 8 * megabyte}),
		)
		log.ListRule = types.Pointer(director)
		log.ViewRule = types.Pointer(director)
		log.AddIndex("idx_audit_log_seq", true, "seq", "")
		log.AddIndex("idx_audit_log_record", false, "collection, record, seq", "")
		log.AddIndex("idx_audit_log_actor", false, "actor, at", "")
		log.AddIndex("idx_audit_log_action", false, "action, ip, at", "")
		log.AddIndex("idx_audit_log_at", false, "at", "")
		if err := save(app, log); err != nil {
			return err
		}
		for _, trigger := range sealAuditLog {
			if _, err := app.DB().NewQuery(trigger).Execute(); err != nil {
				return fmt.Errorf("failed to seal the audit log: %w", err)
			}
		}
		return nil
	}, drop("audit_log")) // the triggers go with the table
}
