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
		pipeline, err := prisma.NewServiceToken(ctx, "pipeline", &prisma.ServiceTokenArgs{
			WorkspaceId:     shop.WorkspaceId,
			RotationTrigger: pulumi.String("2026-12"),
			KeepPrevious:    pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		ctx.Export("token", pipeline.Value) // a secret
		return nil
	})
}
