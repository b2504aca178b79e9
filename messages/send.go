package messages

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/mail"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// errRefused is all that is kept of what the library says: it quotes addresses.
var errRefused = errors.New("the messenger refused it")

// sendByLibrary has the library send to a messenger at its maker's own, fixed host.
func sendByLibrary(out *outgoing) error {
	err := out.target.service.Send(out.chat(), &types.Params{})
	var unreached *url.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unreached):
		return unreached
	}
	return errRefused
}

// mail sends by PocketBase's mailer, in plain text and simple HTML, under an id of its own by which a mailbox that has it already
// knows it.
func (m *Messages) mail(out *outgoing) error {
	meta := m.app.Settings().Meta
	_, domain, _ := strings.Cut(meta.SenderAddress, "@")
	return m.app.NewMailClient().Send(&mailer.Message{
		From:    mail.Address{Name: meta.SenderName, Address: meta.SenderAddress},
		To:      []mail.Address{{Address: out.to}},
		Subject: strings.Join(strings.Fields(out.title), " "),
		Text:    out.text,
		HTML:    htmlOf(out.text),
		Headers: map[string]string{
			"Message-ID":     fmt.Sprintf("<%s@%s>", out.id, domain),
			"Auto-Submitted": "auto-generated",
		},
	})
}

// bullet begins a line of a list.
const bullet = "- "

// htmlOf is a text as HTML: a line a paragraph, lists as lists, an address as a link.
func htmlOf(text string) string {
	var b strings.Builder
	listed := false
	for line := range strings.SplitSeq(text, "\n") {
		item, isItem := strings.CutPrefix(line, bullet)
		if isItem != listed {
			b.WriteString(map[bool]string{true: "<ul>\n", false: "</ul>\n"}[isItem])
			listed = isItem
		}
		words := html.EscapeString(item)
		switch {
		case isItem:
			fmt.Fprintf(&b, "<li>%s</li>\n", words)
		case line == "":
		case strings.HasPrefix(line, "https://"), strings.HasPrefix(line, "http://"):
			fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a></p>\n", words, words)
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", words)
		}
	}
	if listed {
		b.WriteString("</ul>\n")
	}
	return b.String()
}

// failure is why a message did not arrive, in words that name no address.
type failure struct {
	zh, en    string
	permanent bool // trying again is of no use
}

// failureOf says why; nil where there was no error.
func failureOf(ctx context.Context, channel string, err error) *failure {
	var status statusError
	var code codeError
	var smtp *textproto.Error
	var network net.Error
	var unreached *url.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errPrivate):
		return &failure{zh: "该地址位于内部网络，系统不允许发送。", en: "The address leads into a private network, which is not allowed here.", permanent: true}
	case ctx.Err() != nil, errors.As(err, &network) && network.Timeout():
		return &failure{zh: "对方没有及时应答。", en: "There was no answer in time."}
	case errors.As(err, &status) && status/100 == 3:
		return &failure{zh: "该地址已转到别处，请填写新地址。", en: "The address leads on to another; enter that one."}
	case errors.As(err, &status):
		return &failure{zh: fmt.Sprintf("对方应答 %d。", int(status)), en: fmt.Sprintf("It answered %d.", int(status))}
	case errors.As(err, &code):
		return &failure{zh: fmt.Sprintf("对方拒收（代码 %d）。", int(code)), en: fmt.Sprintf("It refused the message (code %d).", int(code))}
	case errors.As(err, &smtp):
		return &failure{zh: fmt.Sprintf("邮件服务器应答 %d。", smtp.Code), en: fmt.Sprintf("The mail server answered %d.", smtp.Code)}
	case errors.As(err, &network), errors.As(err, &unreached):
		return &failure{zh: "无法连接对方。", en: "It could not be reached."}
	case channel == channelEmail:
		return &failure{zh: "邮件服务器无法使用。", en: "The mail server could not be used."}
	}
	return &failure{zh: "对方拒收。", en: "It refused the message."}
}
