import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const branch = new prisma.Branch("pr-7", { projectId: shop.id });
const orders = new prisma.Database("orders", { projectId: shop.id, branchId: branch.id });
const web = new prisma.Connection("web", { databaseId: orders.id });
export const url = new prisma.EnvironmentVariable("url", {
    projectId: shop.id,
    branchId: branch.id,
    variableClass: "preview",
    key: "DATABASE_URL",
    value: web.databaseUrl,
});
