package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenPrefix identifies a token to readers, and to scanners for leaked secrets.
const tokenPrefix = "hubbub_"

// newSecret returns the secret of a cookie, a token or a ticket: 256 random bits.
func newSecret() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails: it would end the program instead
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// hashSecret returns the hash of a secret that the database stores, so that a stolen copy of
// the database signs no one in. A fast hash is enough, since 256 random bits cannot be
// guessed.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
