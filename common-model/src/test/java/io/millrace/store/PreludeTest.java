package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreludeTest {

  private static final String LUA =
      """
      -- used is only in this comment.
      local P, Q = 'p', 'q'
      local things = {}

      local function used(x)
        return things.one(x) .. P
      end

      local function unused() return Q end
      local STATES = {}
      for i = 1, 2 do STATES[i] = i end

      function things.one(x) -- unused
        return STATES[x]
      end

      function things.other()
        return unused()
      end
      """;

  @Test
  void aScriptGetsWhatItUsesAndWhatThatUsesInItsOrder() {
    assertThat(Prelude.parse(LUA).usedBy("-- unused, things.other\nreturn {used(1)}\n"))
        .isEqualTo(
            """
            local P, Q = 'p', 'q'
            local things = {}

            local function used(x)
              return things.one(x) .. P
            end

            local seldom = {__index = function(asked, name)
            setmetatable(things, nil)
            local STATES = {}
            for i = 1, 2 do STATES[i] = i end

            function things.one(x)
              return STATES[x]
            end

            return asked[name]
            end}
            setmetatable(things, seldom)
            """);
  }

  @Test
  void aTableThatOnlyAnothersFunctionUsesIsThereFromTheBeginning() {
    String lua =
        """
        local N = 1
        local late = {}
        local early = {n = N}

        function early.f() return late.g() end

        function late.g() return 1 end
        """;
    assertThat(Prelude.parse(lua).usedBy("return {early.f()}"))
        .isEqualTo(
            """
            local N = 1
            local late = {}
            local early = {n = N}

            local seldom = {__index = function(asked, name)
            setmetatable(early, nil)
            setmetatable(late, nil)
            function early.f() return late.g() end

            function late.g() return 1 end
            return asked[name]
            end}
            setmetatable(early, seldom)
            setmetatable(late, seldom)
            """);
  }

  @Test
  void aScriptThatUsesNothingGetsNothing() {
    assertThat(Prelude.parse(LUA).usedBy("return {'used_'}")).isEmpty();
  }
}
