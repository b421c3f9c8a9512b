// yaml2json prints a YAML file as JSON, so that the checks need no YAML package for Python.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

func main() {
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		var document any
		if err == nil {
			err = yaml.Unmarshal(text, &document)
		}
		var out []byte
		if err == nil {
			out, err = json.Marshal(document)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			os.Exit(1)
		}
		fmt.Println(string(out))
	}
}
