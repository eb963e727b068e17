"""The same work for other tools and for us, against the same API, whose every response takes 100 ms.

Not part of `./tests/run`: it takes package registries, and minutes. In a checkout with the tests' packages:

    PYTHONPATH=.:tests python -m bench.rivals 50 --terraform-provider PATH

Alchemy comes from npm. OpenTofu is the `tofu` on PATH, else built from its Go module. The Terraform provider is not in
a registry that everybody reaches: clone prisma/terraform-provider-prisma-postgres and `go build` gives its binary.

__main__    the rounds and the table
tool        what each tool does: its program, and a command for each step
api         an API that takes the requests of all of them
"""
