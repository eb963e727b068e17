import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const production = new prisma.Environment("production", { projectId: shop.id, kind: "production" });
const preview = new prisma.Environment("pr-7", {
    projectId: shop.id,
    kind: "preview",
    source: { type: "database", databaseId: production.databaseId },
});
export const databaseUrl = preview.databaseUrl;
