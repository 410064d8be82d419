package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenPrefix lets people, and scanners of leaked secrets, tell what it is.
const tokenPrefix = "hubbub_"

// newSecret makes what a cookie, a token or a ticket carries: 256 random bits.
func newSecret() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails: it ends the program rather
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// hashed is what the database keeps of a secret, so that a stolen copy of it
// signs nobody in. A fast hash is enough: nobody guesses 256 random bits.
func hashed(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
