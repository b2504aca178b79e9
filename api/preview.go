package api

import (
	"errors"
	"net/http"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
)

// previewPolicy answers what a policy would change ([crm.Preview]) without saving it: exactly what saving it and running the tiers
// job would. It refuses what [savePolicy] refuses, but for what somebody else saved meanwhile.
func previewPolicy(now func() time.Time) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		var body proposal
		if err := e.BindBody(&body); err != nil {
			return e.BadRequestError(policyShape, err)
		}
		policy, err := crm.TryPolicy(e.App, func(tx core.App) error {
			if err := mayChangePolicy(tx, e); err != nil {
				return err
			}
			return body.save(tx)
		})
		var fields validation.Errors
		switch {
		case errors.As(err, &fields):
			return e.BadRequestError("This policy could not be saved.", fields)
		case err != nil:
			return refusal(e, err)
		}
		preview, err := crm.PreviewPolicy(e.Request.Context(), e.App, policy, now())
		if err != nil {
			return e.InternalServerError("The policy cannot be tried.", err)
		}
		return e.JSON(http.StatusOK, preview)
	}
}
