package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := prisma.NewProject(ctx, "shop", nil)
		if err != nil {
			return err
		}
		branch, err := prisma.NewBranch(ctx, "pr-7", &prisma.BranchArgs{ProjectId: shop.ID()})
		if err != nil {
			return err
		}
		orders, err := prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{ProjectId: shop.ID(), BranchId: branch.ID()})
		if err != nil {
			return err
		}
		web, err := prisma.NewConnection(ctx, "web", &prisma.ConnectionArgs{DatabaseId: orders.ID()})
		if err != nil {
			return err
		}
		_, err = prisma.NewEnvironmentVariable(ctx, "url", &prisma.EnvironmentVariableArgs{
			ProjectId:     shop.ID(),
			BranchId:      branch.ID(),
			VariableClass: pulumi.String("preview"),
			Key:           pulumi.String("DATABASE_URL"),
			Value:         web.DatabaseUrl,
		})
		return err
	})
}
