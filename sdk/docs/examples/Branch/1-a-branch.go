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
		staging, err := prisma.NewBranch(ctx, "staging", &prisma.BranchArgs{ProjectId: shop.ID()})
		if err != nil {
			return err
		}
		_, err = prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{ProjectId: shop.ID(), BranchId: staging.ID()})
		if err != nil {
			return err
		}
		return nil
	})
}
