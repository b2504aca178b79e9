// Package api holds the routes under /api/crm, which PocketBase does not generate.
package api

import (
	"time"

	"github.com/pocketbase/pocketbase/core"

	"touchbase/crm"
	"touchbase/rules"
	"touchbase/words"
)

// Register binds the routes to the app's server; now is the clock they read.
func Register(app core.App, jobs Jobs, now func() time.Time) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		group := e.Router.Group("/api/crm").BindFunc(requireStaff)
		group.GET("/jobs", listJobs(jobs)).BindFunc(requireDirector)
		group.POST("/jobs/{name}/run", runJob(jobs)).BindFunc(requireDirector)
		group.GET("/today", today(now))
		group.GET("/search/{collection}", searchRecords)
		group.POST("/search/{collection}", searchRecords)
		group.GET("/customers/{id}/timeline", timeline)
		group.GET("/export/{collection}", export(now)).BindFunc(requireDirector)
		group.POST("/contacts/{id}/erase", erase).BindFunc(requireDirector)
		group.GET("/audit", auditTrail).BindFunc(requireDirector)
		group.PATCH("/policy", savePolicy(now)).BindFunc(requireDirector)
		group.POST("/policy/preview", previewPolicy(now)).BindFunc(requireDirector)
		bindCustomers(group, now)
		bindReveal(group, now)
		bindDuplicates(group, now)
		bindCampaigns(group)
		bindPlans(group, now)
		bindCases(group, now)
		bindNotices(group, now)
		bindRights(group, now)
		bindPage(group, now)
		return e.Next()
	})
}

// requireStaff lets superusers and active staff through.
func requireStaff(e *core.RequestEvent) error {
	switch {
	case e.Auth == nil:
		return e.UnauthorizedError("Sign in first.", nil)
	case e.Auth.IsSuperuser():
	case e.Auth.Collection().Name != crm.CollectionUsers || !e.Auth.GetBool(crm.FieldActive):
		return e.ForbiddenError("This is for active staff.", nil)
	}
	return e.Next()
}

// requireDirector lets superusers and directors through.
func requireDirector(e *core.RequestEvent) error {
	if !e.Auth.IsSuperuser() && e.Auth.GetString(crm.FieldRole) != crm.RoleDirector {
		return e.ForbiddenError("This is for directors.", nil)
	}
	return e.Next()
}

// languageOf is the language of an answer: the one the request asks for, else the one its sender chose, else Chinese.
func languageOf(e *core.RequestEvent) string {
	if words.Asked(e) == rules.English {
		return rules.English
	}
	return rules.Chinese
}
