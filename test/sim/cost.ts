/**
 * What a month of images costs: one origin alone, edges that all fetch from the origin, and edges that feed each other.
 * Plain arithmetic; docs/COST.md has the formula. Money in any one currency, bytes in TB of 10^12.
 */
export interface CostInputs {
  readonly edges: number;
  /** Published in the month: each edge takes each of them once. */
  readonly newSets: number;
  readonly setBytes: number;
  /** To shoppers, a month. */
  readonly shopperTb: number;
  /** Of it, what an edge has to fetch again because its disk had no room; 0 to 1. */
  readonly missShare: number;
  readonly originPerTb: number;
  readonly edgePerTb: number;
  /** One edge, a month. */
  readonly edgeRent: number;
  /** Copies of each new set that leave the origin for the whole swarm. */
  readonly copies: number;
}

export interface Costs {
  readonly originAlone: number;
  readonly edgesByOrigin: number;
  readonly swarm: number;
  /** What leaves the origin in the month, TB. */
  readonly originTb: { readonly originAlone: number; readonly edgesByOrigin: number; readonly swarm: number };
  /** Shoppers' TB a month from which the swarm costs less than the origin alone; undefined: from none. */
  readonly swarmPaysFromTb: number | undefined;
}

const TB = 1e12;

export function costsOf(inputs: CostInputs): Costs {
  const { edges, shopperTb, missShare, originPerTb, edgePerTb, edgeRent } = inputs;
  const setsTb = (inputs.newSets * inputs.setBytes) / TB;
  const copies = Math.min(inputs.copies, edges);
  const missTb = missShare * shopperTb;
  const rent = edges * edgeRent;
  const shoppers = shopperTb * edgePerTb;
  const swarmFill = setsTb * (copies * originPerTb + (edges - copies) * edgePerTb);
  // What one edge has no room for, another has; with one edge there is no other.
  const missFromOriginTb = edges > 1 ? 0 : missTb;
  const missPerTb = edges > 1 ? edgePerTb : originPerTb;
  const perShopperTb = originPerTb - edgePerTb - missShare * missPerTb;
  return {
    originAlone: shopperTb * originPerTb,
    edgesByOrigin: shoppers + rent + (edges * setsTb + missTb) * originPerTb,
    swarm: shoppers + rent + swarmFill + missTb * missPerTb,
    originTb: {
      originAlone: shopperTb,
      edgesByOrigin: edges * setsTb + missTb,
      swarm: copies * setsTb + missFromOriginTb,
    },
    swarmPaysFromTb: perShopperTb > 0 ? (rent + swarmFill) / perShopperTb : undefined,
  };
}
