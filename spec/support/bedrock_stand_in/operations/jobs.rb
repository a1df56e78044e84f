# frozen_string_literal: true

require 'securerandom'

class BedrockStandIn
  class Operations
    # Work that outlives its request: batches and videos. It is done at once.
    module Jobs
      def create_model_invocation_job(request)
        job = required(request, 'jobName', 'roleArn', 'modelId', 'inputDataConfig', 'outputDataConfig')
        { jobArn: keep('jobArn', 'model-invocation-job', job) }
      end

      def get_model_invocation_job(_request, id)
        find(id)
      end

      def stop_model_invocation_job(_request, id)
        find(id)
        @mutex.synchronize { @jobs[id] = @jobs[id].merge('status' => 'Stopped') }
        {}
      end

      def start_async_invoke(request)
        job = required(request, 'modelId', 'modelInput', 'outputDataConfig')
        { invocationArn: keep('invocationArn', 'async-invoke', job.slice('outputDataConfig', 'clientRequestToken')) }
      end

      def get_async_invoke(_request, id)
        find(id)
      end

      private

      def keep(name, kind, job)
        id = arn(kind, SecureRandom.alphanumeric(12).downcase)
        @mutex.synchronize { @jobs[id] = job.merge(name => id, 'status' => 'Completed') }
        id
      end

      def find(id)
        @mutex.synchronize { @jobs[id] } or
          raise Refusal.new('ResourceNotFoundException', 'The requested job was not found.', status: 404)
      end
    end
  end
end
