package messages

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
)

// errPrivate refuses an address inside of a network that the person who gave it need not reach otherwise.
var errPrivate = errors.New("the address is not a public one")

// notPublic are ranges beside those that package netip knows: shared and special ones, and those that carry another address inside.
var notPublic = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "fec0::/10")

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// isPublic tells whether an address is anybody's on the internet.
func isPublic(address netip.Addr) bool {
	address = address.Unmap()
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.Zone() != "" {
		return false
	}
	for _, prefix := range notPublic {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}

// namesPrivate tells of a host, as somebody writes it, whether it names a private address without asking anybody: an address in any
// spelling (127.1, 2130706433, 0x7f000001, 0177.0.0.1), a name without a dot, or one that only a local network knows.
func namesPrivate(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if address, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return !isPublic(address)
	}
	last := host[strings.LastIndex(host, ".")+1:]
	switch last {
	case host, "localhost", "local", "internal", "lan", "home", "intranet":
		return true
	}
	return strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") // a number in a spelling of the C library
}

// newClient gives a client that connects to public addresses only, unless allow says otherwise. The look is at the very address that
// is connected to, after names were resolved and for each message anew, so that a name which changes its mind does not get by. Redirects
// are not followed, and no proxy is asked.
func newClient(allow func() bool, resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{Timeout: timeout, Resolver: resolver, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allow() && !isPublic(to.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: timeout, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
