package hooks_test

import (
	"slices"
	"testing"
	"time"

	"touchbase/internal/testapp"
)

// TestPrimaryContact follows who is primary through the life of a customer.
func TestPrimaryContact(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	create := func(fields testapp.Fields) string {
		fields["customer"] = o.customer.Id
		return o.server.Create(o.rep, "contacts", fields).Want(200).Text("id")
	}
	first := o.find("contacts", create(testapp.Fields{"name": "张三"}))
	o.wantFields(first, map[string]string{"is_primary": "true"})
	second := o.find("contacts", create(testapp.Fields{"name": "李四"}))
	o.wantFields(second, map[string]string{"is_primary": "false"})
	third := o.find("contacts", create(testapp.Fields{"name": "王五", "is_primary": true}))
	o.wantFields(first, map[string]string{"is_primary": "false"})
	o.wantFields(third, map[string]string{"is_primary": "true"})
	o.server.Update(o.rep, second, testapp.Fields{"is_primary": true}).Want(200)
	o.wantFields(third, map[string]string{"is_primary": "false"})
	o.wantFields(second, map[string]string{"is_primary": "true"})

	// One who left cannot be primary, nor succeed anybody.
	o.server.Update(o.rep, third, testapp.Fields{"left_on": o.Day(-1)}).Want(200)
	if got := o.server.Update(o.rep, third, testapp.Fields{"is_primary": true}).Want(400).Codes()["is_primary"]; got != "left_primary" {
		t.Errorf("naming one who left primary is refused with %q", got)
	}
	o.wantFields(third, map[string]string{"left_as_primary": "false"})
	for _, successor := range []string{third.Id, second.Id} {
		if got := o.server.Update(o.rep, second, testapp.Fields{"left_on": o.Day(0), "successor": successor}).Want(400).Codes()["successor"]; got != "other_customer" {
			t.Errorf("a successor who left, or oneself, is refused with %q", got)
		}
	}
	if got := o.openTasks("handover"); len(got) != 0 {
		t.Errorf("there are handovers %v before the primary left", got)
	}
}

// openTasks gives when the open tasks of a kind are due.
func (o *office) openTasks(kind string) []string {
	o.t.Helper()
	var due []string
	err := o.DB().NewQuery("SELECT due_at FROM tasks WHERE kind = {:kind} AND status IN ('open', 'in_progress', 'delayed') ORDER BY due_at").
		Bind(map[string]any{"kind": kind}).Column(&due)
	if err != nil {
		o.t.Fatal(err)
	}
	return due
}

// TestPrimaryLeaves hands over to the successor within 24 hours, whether the dashboard sends one field or all.
func TestPrimaryLeaves(t *testing.T) {
	t.Parallel()
	for name, also := range map[string]testapp.Fields{"one field": {}, "all fields": {"is_primary": true, "left_as_primary": false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			primary, other := o.Contact(o.customer, nil), o.Contact(o.customer, nil)
			fields := testapp.Fields{"left_on": o.Day(0), "successor": other.Id}
			for field, value := range also {
				fields[field] = value
			}
			o.server.Update(o.rep, primary, fields).Want(200)
			o.wantFields(primary, map[string]string{"is_primary": "false", "left_as_primary": "true"})
			o.wantFields(other, map[string]string{"is_primary": "true"})
			want := []string{o.Clock.Now().Add(24 * time.Hour).UTC().Format("2006-01-02 15:04:05.000Z")}
			if got := o.openTasks("handover"); !slices.Equal(got, want) {
				t.Errorf("handovers are due %v, want %v", got, want)
			}
			task, err := o.FindFirstRecordByData("tasks", "kind", "handover")
			if err != nil || task.GetString("assignee") != o.rep.Id {
				t.Errorf("the handover is not the owner's: %v, %v", task, err)
			}
			o.server.Update(o.rep, primary, testapp.Fields{"note": "去了同行"}).Want(200)
			if got := o.openTasks("handover"); len(got) != 1 {
				t.Errorf("a later note opened another handover: %v", got)
			}
		})
	}
}

// TestPrimaryLeavesWithoutSuccessor leaves no primary, until a successor is named.
func TestPrimaryLeavesWithoutSuccessor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	primary := o.Contact(o.customer, testapp.Fields{"phone": "13800138000"})
	o.server.Update(o.rep, primary, testapp.Fields{"left_on": o.Day(0)}).Want(200)
	missing := o.Reload(o.customer).GetStringSlice("missing_info")
	if !slices.Contains(missing, "contact") || !slices.Contains(missing, "phone") {
		t.Errorf("missing_info is %v, want contact and phone", missing)
	}
	successor := o.Contact(o.customer, testapp.Fields{"is_primary": false})
	o.wantFields(successor, map[string]string{"is_primary": "true"}) // the first that is there
	o.wantFields(primary, map[string]string{"is_primary": "false"})
	if missing := o.Reload(o.customer).GetStringSlice("missing_info"); slices.Contains(missing, "contact") {
		t.Errorf("missing_info is %v though there is a contact", missing)
	}
}

// TestSuccessorNamedLater steps up too, but displaces nobody.
func TestSuccessorNamedLater(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	primary, other, third := o.Contact(o.customer, nil), o.Contact(o.customer, nil), o.Contact(o.customer, nil)
	o.server.Update(o.rep, primary, testapp.Fields{"left_on": o.Day(0)}).Want(200)
	o.wantFields(other, map[string]string{"is_primary": "false"})
	o.server.Update(o.rep, primary, testapp.Fields{"successor": other.Id}).Want(200)
	o.wantFields(other, map[string]string{"is_primary": "true"})
	o.server.Update(o.rep, primary, testapp.Fields{"successor": third.Id}).Want(200)
	o.wantFields(other, map[string]string{"is_primary": "true"})
	o.wantFields(third, map[string]string{"is_primary": "false"})
}
