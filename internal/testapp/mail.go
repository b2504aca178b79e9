package testapp

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

// Mail is a mail that reached the test's mailbox.
type Mail struct {
	To, ID, Text string // the command of the recipient, the Message-ID, and all that was sent
}

// ServeMail starts a mail server on this machine and gives its port. Every mail is handed over before its sender hears that it was taken.
func ServeMail(t testing.TB, take func(Mail)) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go takeMail(conn, take)
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// takeMail speaks as much of SMTP as a mail needs.
func takeMail(conn net.Conn, take func(Mail)) {
	defer conn.Close()
	lines := bufio.NewReader(conn)
	say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 mail.example ready")
	var text strings.Builder
	to, inData := "", false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		command := strings.ToUpper(line)
		switch {
		case inData && line == ".\r\n":
			_, id, _ := strings.Cut(text.String(), "Message-ID: ")
			id, _, _ = strings.Cut(id, "\r\n")
			take(Mail{to, id, text.String()})
			inData = false
			text.Reset()
			say("250 taken")
		case inData:
			text.WriteString(line)
		case strings.HasPrefix(command, "DATA"):
			inData = true
			say("354 go on")
		case strings.HasPrefix(command, "RCPT"):
			to = strings.TrimSpace(line)
			say("250 fine")
		case strings.HasPrefix(command, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
