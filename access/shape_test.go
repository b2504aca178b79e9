package access

import (
	"net/url"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

func TestAsksForOwn(t *testing.T) {
	t.Parallel()
	p := Principal{}
	p.ID = "me"
	for filter, want := range map[string]bool{
		`(owner = "me" || collaborators ~ "me")`:                                         true,
		`(owner = "me" || collaborators ~ "me") && silent = true && stage != "archived"`: true,
		`tier = "A" && (owner = 'me' || collaborators ~ 'me')`:                           true,
		`owner = "me" || collaborators ~ "me"`:                                           false, // the same, but not as the dashboard asks
		`(owner = "me" || collaborators ~ "me") || tier = "A"`:                           false,
		`tier = "A" && (owner = "me" || collaborators ~ "me") || tier = "B"`:             false,
		`(owner = "you" || collaborators ~ "you")`:                                       false,
		`(owner = "me" || collaborators ~ "you")`:                                        false,
		`(owner = "me" && collaborators ~ "me")`:                                         false,
		`(owner != "me" || collaborators ~ "me")`:                                        false,
		`(owner = "me" || collaborators !~ "me")`:                                        false,
		`(owner = "me" || collaborators ~ "me" || tier = "A")`:                           false,
		`(owner = me || collaborators ~ me)`:                                             false,
		`((owner = "me" || collaborators ~ "me") || tier = "A") && stage != "archived"`:  false,
		``:                false,
		`owner = "me" &&`: false,
	} {
		if got := p.asksForOwn(filter); got != want {
			t.Errorf("%s: %t, want %t", filter, got, want)
		}
	}
}

func TestLooksAtFew(t *testing.T) {
	t.Parallel()
	collection := core.NewBaseCollection("orders")
	collection.AddIndex("idx_a", false, "ordered_at, amount", "")
	collection.AddIndex("idx_b", false, "due_on", "due_on != ''")
	for _, row := range []struct {
		filter, sort string
		want         bool
	}{
		{"", "-@rowid", true}, {"", "ordered_at", true}, {"", "-ordered_at,amount", true},
		{"", "amount", false}, {"", "due_on", false}, {"", "", false}, {"", "customer.name", false},
		{`customer = "c"`, "product", true}, {`customer = "c" && cancelled = false`, "product", true}, {`id = "o"`, "", true},
		{`customer = "c" || customer = "d"`, "-@rowid", false}, {`customer != "c"`, "-@rowid", false}, {`product ~ "c"`, "-@rowid", false},
	} {
		if got := looksAtFew(collection, url.Values{"filter": {row.filter}, "sort": {row.sort}}); got != row.want {
			t.Errorf("filter %q, sort %q: %t, want %t", row.filter, row.sort, got, row.want)
		}
	}
}
