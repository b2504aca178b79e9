package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"touchbase/access"
	"touchbase/crm"
)

// bindCustomers binds the routes that change who holds a customer and whether it is archived. Each answers with the customer as
// it is then.
func bindCustomers(group *router.RouterGroup[*core.RequestEvent], now func() time.Time) {
	customer := group.Group("/customers/{id}")
	customer.POST("/take", take(now))
	customer.POST("/reassign", reassign)
	customer.POST("/archive", archive)
	customer.POST("/restore", restore)
}

// changeCustomer runs fn on the customer of the path and saves what it changes as a change of the person who sent the request.
func changeCustomer(e *core.RequestEvent, note string, fn func(a acting) error) error {
	var saved *core.Record
	err := act(e, note, crm.CollectionCustomers, e.Request.PathValue("id"), func(a acting) error {
		if err := fn(a); err != nil {
			return err
		}
		saved = a.record
		if !crm.Differs(a.record, a.record.Original()) {
			return nil
		}
		a.record.Set(crm.FieldRev, a.record.GetInt(crm.FieldRev)+1)
		if err := a.tx.Save(a.record); err != nil {
			return err
		}
		var err error
		saved, err = a.tx.FindRecordById(crm.CollectionCustomers, a.record.Id)
		return err
	})
	if err != nil {
		return err
	}
	if err := apis.EnrichRecord(e, saved); err != nil {
		return e.InternalServerError("The customer was changed, but cannot be shown.", err)
	}
	return e.JSON(http.StatusOK, saved)
}

// take makes whoever asks the owner of a customer in the pool. It refuses with 403 those who take none and whoever has taken
// take_per_day today (0: nobody takes), with 409 a customer that is archived or has an owner by now, and says whom.
func take(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := changeCustomer(e, crm.NoteTake, func(a acting) error {
			if !a.p.CanTake() {
				return refuse(http.StatusForbidden, crm.FieldOwner, access.CodeNotAllowed, "Reps, managers and directors take customers from the pool.")
			}
			if a.record.GetString(crm.FieldStage) == crm.StageArchived {
				return refuse(http.StatusConflict, crm.FieldStage, crm.CodeArchived, "This customer is archived; it has to be restored first.")
			}
			if a.standing&crm.Pool == 0 {
				return taken(a.tx, a.record.GetString(crm.FieldOwner))
			}
			policy, err := crm.LoadPolicy(a.tx)
			if err != nil {
				return err
			}
			count, err := crm.TakenToday(a.tx, policy, a.p.ID, now())
			if err != nil {
				return err
			}
			if count >= policy.TakePerDay {
				return refuse(http.StatusForbidden, crm.FieldOwner, crm.CodeTakePerDay,
					fmt.Sprintf("You have taken %d customers from the pool today, of %d a day.", count, policy.TakePerDay))
			}
			a.record.Set(crm.FieldOwner, a.p.ID)
			return nil
		})
		var answer *router.ApiError
		if !errors.As(err, &answer) || answer.Status != http.StatusNotFound || !access.PrincipalOf(e.Auth).CanTake() {
			return err
		}
		return takenMeanwhile(e, answer, now())
	}
}

// stillShown is for how long a page may show a customer in the pool that is there no more.
const stillShown = time.Hour

// takenMeanwhile tells whoever does not see a customer any more, because somebody just took it from the pool, by whom; of any other
// customer it tells nothing.
func takenMeanwhile(e *core.RequestEvent, unseen *router.ApiError, now time.Time) error {
	id := e.Request.PathValue("id")
	recently, err := crm.TakenSince(e.App, id, now.Add(-stillShown))
	if err != nil {
		return refusal(e, err)
	}
	if !recently {
		return unseen
	}
	holds, err := crm.Holds(e.App, id)
	if err != nil {
		return refusal(e, err)
	}
	return refusal(e, taken(e.App, holds[id].Owner))
}

// taken refuses a customer that has an owner.
func taken(app core.App, owner string) error {
	name, err := crm.NameOf(app, owner)
	if err != nil {
		return err
	}
	return refuse(http.StatusConflict, crm.FieldOwner, crm.CodeTaken, "This customer is looked after by "+name+" by now.")
}

// reassign makes somebody the owner of a customer, or nobody: it takes `owner`, an id or "" for the pool. It refuses with 403
// those who do not decide it, and by field an owner they may not name; see access.Principal.CheckHolding.
func reassign(e *core.RequestEvent) error {
	body, err := readTexts(e, crm.FieldOwner)
	if err != nil {
		return err
	}
	owner, given := body[crm.FieldOwner]
	if !given {
		return refuse(http.StatusBadRequest, crm.FieldOwner, crm.CodeRequired, `Name the new owner, or "" for the pool.`)
	}
	return changeCustomer(e, crm.NoteReassign, func(a acting) error {
		if !a.p.CanWrite(crm.CollectionCustomers, crm.FieldOwner, a.standing) {
			return refuse(http.StatusForbidden, crm.FieldOwner, access.CodeNotAllowed, access.HoldersDecided)
		}
		a.record.Set(crm.FieldOwner, owner)
		return checkHolding(a)
	})
}

func checkHolding(a acting) error {
	errs, err := a.p.CheckHolding(a.tx, a.record)
	if err != nil {
		return err
	}
	return fieldErrors(errs)
}

// archive takes a customer out of every queue and job: it takes `reason`, which has to be given. It refuses with 403 those who
// may not, with 409 a customer that is archived already.
func archive(e *core.RequestEvent) error {
	body, err := readTexts(e, "reason")
	if err != nil {
		return err
	}
	return changeCustomer(e, crm.NoteArchive, func(a acting) error {
		if err := mayArchive(a); err != nil {
			return err
		}
		if a.record.GetString(crm.FieldStage) == crm.StageArchived {
			return refuse(http.StatusConflict, crm.FieldStage, crm.CodeArchived, "This customer is archived already.")
		}
		return fieldErrors(crm.Archive(a.record, body["reason"]))
	})
}

// restore lets an archived customer return as what it was, assessed anew. It refuses with 403 those who may not, with 409 a
// customer that is not archived, and by field one whose owner left meanwhile: it is reassigned first.
func restore(e *core.RequestEvent) error {
	return changeCustomer(e, crm.NoteRestore, func(a acting) error {
		if err := mayArchive(a); err != nil {
			return err
		}
		if a.record.GetString(crm.FieldStage) != crm.StageArchived {
			return refuse(http.StatusConflict, crm.FieldStage, crm.CodeNotArchived, "This customer is not archived.")
		}
		crm.Restore(a.record)
		return checkHolding(a)
	})
}

func mayArchive(a acting) error {
	if a.p.MayArchive(crm.HoldOf(a.record)) {
		return nil
	}
	return refuse(http.StatusForbidden, crm.FieldStage, access.CodeNotAllowed, access.ArchiversAre)
}
