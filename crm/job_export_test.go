package crm

// RunTiersBetween runs the tiers job with a step between the judging and the saving of each batch.
var RunTiersBetween = runTiers
