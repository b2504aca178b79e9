// Command touchbase keeps a team in touch with its customers.
package main

import (
	"log"
	"os"

	"github.com/jonboulle/clockwork"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/plugins/migratecmd"

	"touchbase/api"
	"touchbase/commands"
	"touchbase/dashboard"
	"touchbase/hooks"
	"touchbase/jobs"
	"touchbase/messages"
	_ "touchbase/migrations"
	"touchbase/pb_public"
	"touchbase/sqlite"
	"touchbase/words"
)

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDev: false, DefaultDataDir: commands.DefaultDir(os.Args[1:]), DBConnect: sqlite.Connect})
	clock := clockwork.NewRealClock()

	hooks.Register(app, clock.Now)
	hooks.Flags(app, app.RootCmd.PersistentFlags())
	messages.Register(app, clock).Flags(app.RootCmd.PersistentFlags())
	runner := jobs.Register(app, clock)
	api.Register(app, runner, clock.Now)
	words.Register(app, nil)
	dashboard.Register(app)
	pb_public.Register(app)
	cmds := commands.Register(app, app.RootCmd, runner, clock.Now)
	migratecmd.MustRegister(app, app.RootCmd, migratecmd.Config{Automigrate: false})

	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
	os.Exit(cmds.ExitCode())
}
