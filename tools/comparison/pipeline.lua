-- SPDX-License-Identifier: MIT
-- Makes wrk send its requests in batches: wrk -s pipeline.lua URL -- DEPTH

local batch

init = function(args)
   local depth = tonumber(args[1]) or 16
   batch = string.rep(wrk.format(), depth)
end

request = function()
   return batch
end
