// Writes the SDK of a schema: `make-sdk schema.json folder nodejs|go|python`.
//
// It is what `pulumi package gen-sdk` does where the CLI has the hosts of its own version; the newest hosts that are part
// of a Go module generate nothing. The schema is checked as `gen-sdk` checks it, and a warning is an error here.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-prisma"

// alone loads no other package: ours refers to none.
type alone struct{ schema.Loader }

func main() {
	log.SetFlags(0)
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func generate(schemaFile, folder, language string) error {
	pkg, err := read(schemaFile)
	if err != nil {
		return err
	}
	files, err := sdk(pkg, language)
	if err != nil {
		return err
	}
	return write(files, folder)
}

func read(schemaFile string) (*schema.Package, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, found, err := schema.BindSpec(spec, alone{}, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, found
	}
	languages := map[string]schema.Language{
		"nodejs": nodejs.Importer, "go": golang.Importer, "python": python.Importer,
	}
	return pkg, pkg.ImportLanguages(languages)
}

func sdk(pkg *schema.Package, language string) (map[string][]byte, error) {
	switch language {
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, true, nil)
	case "go":
		return golang.GeneratePackage(tool, pkg, nil)
	case "python":
		return python.GeneratePackage(tool, pkg, nil, nil)
	}
	return nil, fmt.Errorf("there is no maker of an SDK for %s", language)
}

func write(files map[string][]byte, folder string) error {
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
