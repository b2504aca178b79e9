package messages

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// private are addresses that are not everybody's, in the spellings an attacker tries.
var private = []string{
	"127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3",
	"198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.0.192",
	"::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "64:ff9b::7f00:1",
	"2002:7f00:1::", "fec0::1", "2001:db8::1",
}

// public are addresses that are.
var public = []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:4700::1111", "240e::1", "::ffff:8.8.8.8"}

func TestIsPublic(t *testing.T) {
	t.Parallel()
	for _, text := range private {
		if isPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s counts as public", text)
		}
	}
	for _, text := range public {
		if !isPublic(netip.MustParseAddr(text)) {
			t.Errorf("%s does not count as public", text)
		}
	}
}

// TestNamesPrivate looks at hosts as they are written.
func TestNamesPrivate(t *testing.T) {
	t.Parallel()
	hosts := []string{
		"localhost", "LOCALHOST", "localhost.", "a.localhost", "printer", "nas.local", "db.internal", "router.lan", "2130706433", "0x7f000001",
		"0X7F000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "017700000001", "10.1", "127.0.0.1.", "0x7f.0x0.0x0.0x1", "[::1]", "[::ffff:127.0.0.1]",
	}
	for _, host := range append(hosts, private...) {
		if !namesPrivate(host) {
			t.Errorf("%q is taken", host)
		}
	}
	for _, host := range append([]string{"hooks.example.com", "example.com.", "oapi.dingtalk.com", "0x7f.example.com", "例子.中国"}, public...) {
		if namesPrivate(host) {
			t.Errorf("%q is refused", host)
		}
	}
}

// resolving answers every question for a name with one address, as a name server of an attacker does; the resolver asks it alone.
func resolving(t *testing.T, resolver *net.Resolver, to netip.Addr) {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			var question dnsmessage.Message
			if question.Unpack(buffer[:n]) != nil {
				continue
			}
			answer := dnsmessage.Message{Header: dnsmessage.Header{ID: question.ID, Response: true, Authoritative: true}, Questions: question.Questions}
			q := question.Questions[0]
			header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0}
			switch {
			case q.Type == dnsmessage.TypeA && to.Is4():
				answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: to.As4()}}}
			case q.Type == dnsmessage.TypeAAAA && to.Is6():
				answer.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: to.As16()}}}
			}
			if packed, err := answer.Pack(); err == nil {
				_, _ = server.WriteTo(packed, from)
			}
		}
	}()
	resolver.PreferGo = true
	resolver.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}
}

// TestClientRefusesPrivate tries to get at what listens on this machine, and elsewhere inside, by every way of writing it and by names
// that an attacker's name server has an answer for. Nothing is connected to.
func TestClientRefusesPrivate(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 10)
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.Host }))
	t.Cleanup(inside.Close)
	port := inside.Listener.Addr().(*net.TCPAddr).Port
	no := func() bool { return false }
	try := func(name string, resolver *net.Resolver, host string) {
		t.Helper()
		address := net.JoinHostPort(host, netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port)).String()[len("0.0.0.0:"):])
		request, err := http.NewRequest(http.MethodPost, "http://"+address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := newClient(no, resolver).Do(request)
		if err == nil {
			response.Body.Close()
			t.Errorf("%s: %s was reached", name, host)
		} else if !errors.Is(err, errPrivate) && name != "as a number" {
			t.Errorf("%s: %s failed of something else: %v", name, host, err)
		}
	}
	for _, host := range []string{"127.1", "2130706433", "0x7f000001", "0177.0.0.1"} { // which Go takes for names, and the C library for addresses
		try("as a number", nil, host)
	}
	for _, host := range []string{"127.0.0.1", "::1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "0.0.0.0", "::ffff:127.0.0.1", "localhost"} {
		try("as an address", nil, host)
	}
	for _, to := range []string{"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "64:ff9b::7f00:1"} {
		resolver := &net.Resolver{}
		resolving(t, resolver, netip.MustParseAddr(to))
		try("by a name", resolver, "harmless.example.com")
	}
	select {
	case host := <-reached:
		t.Errorf("%s was reached", host)
	default:
	}
}

// TestRedirects has a receiver lead on to another: the message does not follow, wherever it leads.
func TestRedirects(t *testing.T) {
	t.Parallel()
	reached := make(chan bool, 10)
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- true }))
	t.Cleanup(inside.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		outside := httptest.NewServer(http.RedirectHandler(inside.URL, status))
		to, err := parseTarget(outside.URL)
		if err != nil {
			t.Fatal(err)
		}
		err = to.hook.send(t.Context(), newClient(func() bool { return true }, nil), message{id: "1"}, time.Time{})
		if !errors.Is(err, statusError(status)) {
			t.Errorf("%d gives %v", status, err)
		}
		if failed := failureOf(t.Context(), channelWebhook, err); failed.en != "The address leads on to another; enter that one." {
			t.Errorf("%d is told as %q", status, failed.en)
		}
		outside.Close()
	}
	if len(reached) > 0 {
		t.Error("the message followed")
	}
}
