import * as prisma from "pulumi-prisma";

const shop = new prisma.Project("shop");
const staging = new prisma.Branch("staging", { projectId: shop.id });
export const orders = new prisma.Database("orders", { projectId: shop.id, branchId: staging.id });
