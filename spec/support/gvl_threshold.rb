# frozen_string_literal: true

# From this size of a body on the signer lets go of the GVL; read where it is decided.
module GvlThreshold
  SOURCE = File.expand_path('../../ext/ruby_llm_bedrock_credentials/src/sign.rs', __dir__)
  BYTES = File.read(SOURCE)[/RELEASE_GVL_FROM_BYTES: usize = ([\d *]+);/, 1].split('*').map(&:to_i).reduce(:*)
end
