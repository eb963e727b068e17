package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := prisma.NewProject(ctx, "shop", &prisma.ProjectArgs{Region: pulumi.String("eu-central-1")})
		if err != nil {
			return err
		}
		return nil
	})
}
