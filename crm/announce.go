package crm

import (
	"fmt"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

// announceEach is up to how many messages (customers times listeners) changed customers are told one by one; each
// costs an access query per listener, so beyond it everybody is told once to read again.
const announceEach = 500

// TopicPrefix begins the realtime topics of the program's own, which are for active staff.
const TopicPrefix = "crm/"

// TopicRecomputed is the realtime topic told when many customers changed at once.
const TopicRecomputed = TopicPrefix + "recomputed"

// Announce tells everybody who listens that assessments changed. To be called after the commit, with an app outside
// any transaction; it fails nothing, because what it tells has happened.
func Announce(app core.App, customers ...string) {
	listeners := app.SubscriptionsBroker().TotalClients()
	if listeners == 0 || len(customers) == 0 {
		return
	}
	if listeners*len(customers) > announceEach {
		message := subscriptions.Message{Name: TopicRecomputed, Data: fmt.Appendf(nil, `{"customers":%d}`, len(customers))}
		for _, client := range app.SubscriptionsBroker().Clients() {
			// Whoever listens may have lost their rights since they subscribed.
			auth, _ := client.Get(apis.RealtimeClientAuthKey).(*core.Record)
			if client.HasSubscription(TopicRecomputed) && MayListen(auth) {
				client.Send(message)
			}
		}
		return
	}
	records, err := app.FindRecordsByIds(CollectionCustomers, customers)
	if err != nil {
		app.Logger().Error("Failed to read the customers to announce", "error", err)
		return
	}
	for _, record := range records {
		event := &core.ModelEvent{}
		event.App, event.Model, event.Type = app, record, core.ModelEventTypeUpdate
		if err := app.OnModelAfterUpdateSuccess().Trigger(event, func(e *core.ModelEvent) error { return e.Next() }); err != nil {
			app.Logger().Error("Failed to announce a customer", "error", err, "customer", record.Id)
		}
	}
}
