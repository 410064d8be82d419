package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfiguration(t *testing.T) {
	t.Parallel()
	read := func(pairs ...string) (Config, error) {
		return readConfig(func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		})
	}
	if c, err := read(); err != nil || !c.Demo || c.Addr != "127.0.0.1:8080" || c.RequestRate != 50 || c.TrustedProxies != nil {
		t.Errorf("nothing set: %+v, %v", c, err)
	}
	if c, _ := read("ADDR", ":80"); c.Addr != ":80" {
		t.Errorf("a demo with ADDR listens at %s", c.Addr)
	}
	if c, _ := read("DEMO", "false"); c.Addr != ":8080" {
		t.Errorf("without DEMO the app listens at %s", c.Addr)
	}
	if c, err := read("BASE_URL", "https://hubbub.example/"); err != nil || c.BaseURL.String() != "https://hubbub.example" {
		t.Errorf("a base URL with a slash: %v, %v", c.BaseURL, err)
	}
	if c, err := read("TRUSTED_PROXIES", "10.0.0.5/32, fd00::/64"); err != nil || len(c.TrustedProxies) != 2 {
		t.Errorf("two proxies: %v, %v", c.TrustedProxies, err)
	}
	if c, _ := read("DATABASE_URL", "postgres://db/hubbub"); c.Demo {
		t.Error("with DATABASE_URL the default of DEMO is true")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string][]string{
		"ADDR":                    {"8080"},
		"ALLOWED_ORIGINS":         {"https://a.example/path"},
		"BASE_URL":                {"hubbub.example", "https://hubbub.example/app", "https://hubbub.example?a=1", "https://hubbub.example/#a", "https://me@hubbub.example"},
		"CONNECTIONS_PER_ADDRESS": {"many"},
		"DATA_DIR":                {file, file + "/data"},
		"DEMO":                    {"perhaps"},
		"LOG_FORMAT":              {"xml"},
		"REQUEST_RATE":            {"-1"},
		"TRUSTED_PROXIES":         {"10.0.0.5", "proxy", "0.0.0.0/0", "10.0.0.0/8,::/0"},
	} {
		for _, value := range values {
			_, err := read(name, value)
			if err == nil || !strings.HasPrefix(err.Error(), name+" is ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s=%s: %v, want one line with the name", name, value, err)
			}
		}
	}
}
