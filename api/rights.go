package api

import (
	"net/http"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
)

// bindRights binds the routes that tell a form what its user may do.
func bindRights(group *router.RouterGroup[*core.RequestEvent]) {
	group.GET("/rights/{collection}", rightsToCreate)
	group.GET("/rights/{collection}/{id}", rightsToChange)
}

// rights is what somebody may do with a record, and which of its fields they may write.
type rights struct {
	Create   bool     `json:"create"`
	Change   bool     `json:"change"`
	Delete   bool     `json:"delete"`
	Write    []string `json:"write"`
	Computed []string `json:"computed"` // fields the program alone writes, of those they may read
}

// rightsToCreate answers what the caller may do with a record of a collection that does not exist yet, `{create, change, delete, write,
// computed}`: write are the fields they may give it. With customer, a query of an id, create is whether they may make one of that customer's. It
// refuses a collection and a customer they do not see with 404.
func rightsToCreate(e *core.RequestEvent) error {
	p, collection := access.PrincipalOf(e.Auth), e.Request.PathValue("collection")
	if !p.Super && !p.Sees(collection) {
		return e.NotFoundError("", nil)
	}
	rights := rights{Create: p.Super || p.Granted(access.Table[collection].Create) != 0}
	if customer := e.Request.URL.Query().Get(crm.FieldCustomer); customer != "" {
		_, _, standing, err := seenAs(e, crm.CollectionCustomers, customer)
		if err != nil {
			return err
		}
		rights.Create = p.CanCreate(collection, standing)
	}
	rights.list(collection, func(field string) (readable, writable bool) {
		line := access.Table[collection].Fields[field]
		return p.Super || p.Granted(line.Read) != 0, rights.Create && (p.Super || line.First || p.Granted(line.Write) != 0)
	})
	return e.JSON(http.StatusOK, rights)
}

// rightsToChange answers what the caller may do with a record, as [rightsToCreate] does. It refuses a record they do not see with 404.
func rightsToChange(e *core.RequestEvent) error {
	collection := e.Request.PathValue("collection")
	if _, known := access.Table[collection]; !known {
		return e.NotFoundError("", nil)
	}
	p, _, standing, err := seen(e, collection)
	if err != nil {
		return err
	}
	rights := rights{
		Change: p.CanChange(collection, standing), Delete: p.Has(access.Table[collection].Delete, standing),
	}
	rights.list(collection, func(field string) (readable, writable bool) {
		return p.CanRead(collection, field, standing), p.CanWrite(collection, field, standing)
	})
	return e.JSON(http.StatusOK, rights)
}

// list sorts the fields of a collection into those somebody may write and those nobody does.
func (r *rights) list(collection string, of func(field string) (readable, writable bool)) {
	r.Write, r.Computed = []string{}, []string{}
	for _, field := range access.FieldsOf(collection) {
		readable, writable := of(field)
		switch {
		case access.IsComputed(collection, field):
			if readable {
				r.Computed = append(r.Computed, field)
			}
		case writable:
			r.Write = append(r.Write, field)
		}
	}
}
