import * as pulumi from "@pulumi/pulumi";
import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
const web = new prisma.Connection("web", { databaseId: orders.id, rotationTrigger: "2026-12" });

export const environment: Record<string, pulumi.Output<string>> = {
    DATABASE_URL: web.databaseUrl, // pooled, for applications; a secret
    DIRECT_URL: web.directUrl, // for migrations; a secret
};
