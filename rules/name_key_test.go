package rules

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNameKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  string
		names []string
	}{
		{"", []string{"", " ", "（）", "★"}},
		{"宏达", []string{
			"宏达", "宏达公司", "宏达有限公司", "宏达有限责任公司", "宏达股份有限公司", "宏达集团", "宏达集团有限公司", "宏达（集团）有限公司",
			"宏达(集团)股份有限公司", "宏达股份", "宏達股份有限公司", "宏達（集團）有限責任公司", " 宏 达　有限公司 ", "「宏达」有限公司", "宏达有限公司。",
			"宏达 有限 公司", "宏达 Co., Ltd.", "宏达Ltd", "宏达 C O",
		}},
		{"宏达上海机械", []string{"宏达（上海）机械", "宏达(上海)机械有限公司", "宏達【上海】機械", "宏达·上海·机械"}},
		{"宏达有限公司上海分公司", []string{"宏达有限公司上海分公司", "宏达有限公司（上海）分公司"}},
		{"abc科技", []string{"ABC科技有限公司", "ＡＢＣ科技", "a.b.c 科技"}},
		{"acme", []string{
			"Acme", "ACME", "Acme Co., Ltd.", "Acme Co.,Ltd", "Acme Co.Ltd.", "Acme, Inc.", "Acme Inc", "Acme LLC", "Acme L.L.C.", "acme GmbH",
			"Acme GmbH & Co. KG", "Acme S.A.", "Acme SA", "Acme Limited", "Acme Corporation", "Acme Corp.", "Acme Company", "Acme Company Limited",
			"Acme PLC", "Acme AG", "Acme B.V.", "Acme Pty Ltd", "Acme Pte. Ltd.", "Acme (Pte) Ltd", "Acme S.à r.l.", "ＡＣＭＥ　Ｌｔｄ", "Acme Group",
		}},
		{"kohler", []string{"Köhler", "Kohler", "KÖHLER GmbH", "Ko\u0308hler"}},
		{"oneill", []string{"O'Neill", "O’Neill Ltd"}},
		{"strasse", []string{"Straße AG", "STRASSE"}},
		{"incorp", []string{"Incorp"}},
		{"limitedbrands", []string{"Limited Brands"}},
		{"ꮟ", []string{"Ꮟ", "ꮟ"}}, // full case folding would swap the two
		{"οδοσ", []string{"ΟΔΟΣ", "οδος"}},
		{"agfa", []string{"AGFA", "Agfa AG"}},
		{"smithsons", []string{"Smith & Sons, Inc."}},
		{"acmegmbhshanghai", []string{"Acme GmbH (Shanghai)"}},
		{"360", []string{"360", "３６０公司", "360 集团"}},
		// What is nothing but a legal form keeps it.
		{"有限公司", []string{"有限公司", "（有限公司）", "有限 公司"}},
		{"集团有限公司", []string{"集团有限公司", "集團（有限公司）"}},
		{"coltd", []string{"Co., Ltd.", "co ltd"}},
		// Characters with several simplified forms become the usual one; chains are followed to their end.
		{"台湾干线", []string{"臺灣乾線"}},
		{"苎", []string{"薴", "苧"}},
	} {
		for _, name := range c.names {
			if got := NameKey(name); got != c.want {
				t.Errorf("NameKey(%q) = %q, want %q", name, got, c.want)
			}
		}
	}
}

func TestSimplifiedCharacters(t *testing.T) {
	t.Parallel()
	table := simplifiedCharacters()
	if len(table) < 4000 {
		t.Errorf("the table has %d characters, want at least 4000", len(table))
	}
	for from, to := range table {
		if further, ok := table[to]; ok && further != to {
			t.Errorf("%c becomes %c, which becomes %c", from, to, further)
		}
	}
}

func TestNameKeyIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := messyText().Draw(t, "name")
		key := NameKey(name)
		if again := NameKey(key); again != key {
			t.Fatalf("NameKey(%q) = %q, and again %q", name, key, again)
		}
	})
}

func FuzzNameKey(f *testing.F) {
	for _, s := range []string{"", "宏達（集團）有限公司", "Acme GmbH & Co. KG", "C O Ltd", "有限 公司", "Köhler", "㈱ﬁİ", "\xff", "薴", "剐Ꮟ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if key := NameKey(s); NameKey(key) != key {
			t.Errorf("NameKey(%q) = %q, and again %q", s, key, NameKey(key))
		}
	})
}
