import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const orders = new prisma.Database("orders", { projectId: shop.id });
const schema = new prisma.Migration("schema", { directUrl: orders.directUrl, tool: "prisma" });
export const applied = schema.applied;
