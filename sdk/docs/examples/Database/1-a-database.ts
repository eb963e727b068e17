import * as pulumi from "@pulumi/pulumi";
import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id, region: "eu-central-1", isDefault: true });

export const environment: Record<string, pulumi.Output<string>> = {
    DATABASE_URL: orders.databaseUrl, // pooled, for applications; a secret
    DIRECT_URL: orders.directUrl, // for migrations; a secret
};
