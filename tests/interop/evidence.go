// Checks files of evidence with the note and tlog packages of the Go checksum database, so that programs
// which nobody here wrote read what the ledger writes.
//
//	evidence KEYS checkpoint FILE
//	evidence KEYS proof FILE ENTRY
//	evidence KEYS consistency OLD NEW PROOF
//
// KEYS is a file of verifier keys, one a line: the log's first, then those of witnesses. All must have signed.
// It prints what it accepted and exits with 0, or prints why it refused and exits with 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("too few arguments")
	}
	keys, err := readKeys(args[0])
	if err != nil {
		return err
	}
	what, files := args[1], args[2:]
	switch {
	case what == "checkpoint" && len(files) == 1:
		found, err := openFile(files[0], keys)
		if err != nil {
			return err
		}
		fmt.Printf("accepted: %s %d %s\n", found.origin, found.size, found.root)
		return nil
	case what == "proof" && len(files) == 2:
		return checkProof(files[0], files[1], keys)
	case what == "consistency" && len(files) == 3:
		return checkConsistency(files[0], files[1], files[2], keys)
	}
	return errors.New("unknown arguments")
}

func readKeys(path string) ([]note.Verifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []note.Verifier
	for _, line := range strings.Fields(string(text)) {
		key, err := note.NewVerifier(line)
		if err != nil {
			key, err = newCosigner(line)
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("no keys")
	}
	return keys, nil
}

// A cosigner is a key of type 4, which the package does not know but leaves room for.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed key")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("malformed or unknown key")
	}
	hash := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	id := binary.BigEndian.Uint32(hash[:4])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, errors.New("wrong key id")
	}
	return &cosigner{parts[0], id, key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }
func (c *cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.key, []byte(message), sig[8:])
}

func openFile(path string, keys []note.Verifier) (*checkpoint, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return open(bytes, keys)
}

func open(message []byte, keys []note.Verifier) (*checkpoint, error) {
	opened, err := note.Open(message, note.VerifierList(keys...))
	if err != nil {
		return nil, err
	}
	if len(opened.Sigs) != len(keys) {
		return nil, fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(keys))
	}
	// The package accepts several spellings of a signature; evidence has one.
	for _, sig := range append(opened.Sigs, opened.UnverifiedSigs...) {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return nil, err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return nil, errors.New("a checkpoint has three lines")
	}
	size, err := parseNumber(lines[1])
	if err != nil {
		return nil, err
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return nil, err
	}
	return &checkpoint{lines[0], size, root}, nil
}

func parseNumber(text string) (int64, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (number < 0 || strconv.FormatInt(number, 10) != text) {
		err = fmt.Errorf("%q is no number", text)
	}
	return number, err
}

func parseHash(text string) (tlog.Hash, error) {
	hash, err := tlog.ParseHash(text)
	if err == nil && hash.String() != text {
		err = fmt.Errorf("%q is no hash", text)
	}
	return hash, err
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := parseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func checkProof(path, entryPath string, keys []note.Verifier) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	at := bytes.Index(file, []byte("\n\n"))
	if at < 0 {
		return errors.New("no checkpoint")
	}
	lines := strings.Split(string(file[:at]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):]); err != nil {
			return err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := parseNumber(strings.TrimPrefix(lines[0], "index "))
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[1:])
	if err != nil {
		return err
	}
	found, err := open(file[at+2:], keys)
	if err != nil {
		return err
	}
	if found.origin != keys[0].Name() {
		return errors.New("another log")
	}
	if err := tlog.CheckRecord(hashes, found.size, found.root, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("accepted: entry %d of %d\n", index, found.size)
	return nil
}

func checkConsistency(oldPath, newPath, proofPath string, keys []note.Verifier) error {
	older, err := openFile(oldPath, keys)
	if err != nil {
		return err
	}
	newer, err := openFile(newPath, keys)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		return errors.New("the last line has no end")
	}
	lines := strings.Split(string(text), "\n")
	hashes, err := parseHashes(lines[:len(lines)-1])
	if err != nil {
		return err
	}
	if older.origin != newer.origin || newer.origin != keys[0].Name() {
		return errors.New("another log")
	}
	if err := tlog.CheckTree(hashes, newer.size, newer.root, older.size, older.root); err != nil {
		return err
	}
	fmt.Printf("accepted: %d extends %d\n", newer.size, older.size)
	return nil
}
