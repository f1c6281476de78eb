-- LeNet for pictures of 28 x 28 pixels: the network of Caffe's, ended by log-probabilities.
return function(params)
    local channels, height, width = 1, 28, 28
    if params.inputShape then
        channels, height, width = params.inputShape[1], params.inputShape[2], params.inputShape[3]
    end
    assert(height == 28 and width == 28, 'Network expects 28x28 images')

    local net = nn.Sequential()
    net:add(nn.MulConstant(0.0125))
    net:add(nn.SpatialConvolution(channels, 20, 5, 5, 1, 1, 0))
    net:add(nn.SpatialMaxPooling(2, 2, 2, 2))
    net:add(nn.SpatialConvolution(20, 50, 5, 5, 1, 1, 0))
    net:add(nn.SpatialMaxPooling(2, 2, 2, 2))
    net:add(nn.View(-1):setNumInputDims(3))
    net:add(nn.Linear(800, 500))
    net:add(nn.ReLU())
    net:add(nn.Linear(500, params.nclasses or 1))
    net:add(nn.LogSoftMax())

    return {
        model = net,
        loss = nn.ClassNLLCriterion(),
        trainBatchSize = 64,
        validationBatchSize = 32,
    }
end
